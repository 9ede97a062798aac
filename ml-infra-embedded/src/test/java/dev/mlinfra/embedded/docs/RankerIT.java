package dev.mlinfra.embedded.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.junit.MlInfraTest;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

// region extension
@MlInfraTest(service = "ranker", setup = RankerIT.Views.class)
class RankerIT {
  /** What the service declares when it starts. */
  static class Views implements MlInfraTest.Setup {
    @Override
    public void configure(MlInfraConfig.Builder config) {
      config.view(FeatureView.named("user").number("clicks").ttl(Duration.ofDays(7)).build());
    }
  }

  @Test
  void ranksWithFeatures(MlInfra ml) {
    FeatureRow ann = FeatureRow.builder("ann", Instant.now()).value("clicks", 5.0).build();
    ml.features().put("user", List.of(ann));

    assertThat(new Ranker(ml, Duration.ofSeconds(10)).rank("ann")).isEqualTo("item-79");

    assertThat(ml.decisions().flush(Duration.ofSeconds(10))).isTrue();
    List<Decision> stored = new ArrayList<>();
    Instant now = Instant.now();
    ml.history()
        .outcomes(
            DecisionQuery.between(now.minusSeconds(60), now.plusSeconds(60)),
            outcome -> stored.add(outcome.decision()));
    assertThat(stored).extracting(Decision::action).contains("item-79");
  }

  // endregion

  // region servers
  @Test
  void ranksWhilePostgresIsStoppedAndLosesNothing(MlInfra ml, EmbeddedStack stack) {
    long before = ml.decisions().ledger().stored();
    stack.postgres().stop(); // SIGSTOP: connections stay open, nothing answers
    Ranker ranker = new Ranker(ml, Duration.ofSeconds(10));
    for (int i = 0; i < 100; i++) {
      assertThat(ranker.rank("bob")).isEqualTo("item-1");
    }
    stack.postgres().kill(); // SIGKILL
    stack.postgres().restart(); // same port, same data

    assertThat(ml.decisions().flush(Duration.ofSeconds(60))).isTrue();
    assertThat(ml.decisions().ledger().stored()).isEqualTo(before + 100);
  }
  // endregion
}
