package dev.mlinfra.internal.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.internal.feature.JoinedView;
import dev.mlinfra.spi.JoinedDecision;
import dev.mlinfra.training.FeatureJoin;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes what a store joined the answer to a query. Used by one thread. */
final class RowAnswers {
  private final TrainingQuery query;
  private final List<JoinedView> views;

  RowAnswers(TrainingQuery query, List<JoinedView> views) {
    this.query = query;
    this.views = views;
  }

  TrainingRow row(JoinedDecision joined) {
    Optional<Boolean> closed = windowClosed(joined);
    // Nothing is known of a decision without feedback as long as some may still come.
    boolean settled = joined.reward().isEmpty() && closed.orElse(true);
    return new TrainingRow(
        joined.decision(),
        joined.passProbability(),
        joined.completeness(),
        settled ? query.defaultReward() : joined.reward(),
        joined.feedbackCount(),
        closed,
        joined.activatedAt(),
        features(joined));
  }

  /** Whether the window had ended at the bound of ingestion; empty without a window. */
  private Optional<Boolean> windowClosed(JoinedDecision joined) {
    return query
        .window()
        .flatMap(
            window ->
                query
                    .knownBefore()
                    .map(bound -> !joined.windowStart().plus(window).isAfter(bound)));
  }

  private Map<String, FeatureLookup> features(JoinedDecision joined) {
    Decision decision = joined.decision();
    Map<String, FeatureLookup> answers = new LinkedHashMap<>();
    for (int i = 0; i < views.size(); i++) {
      FeatureJoin join = query.features().get(i);
      AsOf question = new AsOf(join.entity(decision).orElse(""), decision.decidedAt());
      answers.put(join.view(), views.get(i).answers().apply(question, joined.features().get(i)));
    }
    return answers;
  }
}
