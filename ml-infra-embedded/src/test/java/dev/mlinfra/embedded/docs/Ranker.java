package dev.mlinfra.embedded.docs;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.FeatureRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

// region host
/** A small host: it decides, with features where there are some, and logs what it decided. */
final class Ranker {
  private final MlInfra ml;
  private final Duration budget;

  Ranker(MlInfra ml, Duration budget) {
    this.ml = ml;
    this.budget = budget;
  }

  String rank(String user) {
    Optional<FeatureRow> features =
        ml.features().online("user", List.of(user), budget).get(0).row();
    boolean clicks = features.flatMap(row -> row.number("clicks")).orElse(0.0) > 3;
    String item = clicks ? "item-79" : "item-1";
    ml.decisions().log(Decision.by("ranker").action(item).propensity(0.5).build());
    return item;
  }
}
// endregion
