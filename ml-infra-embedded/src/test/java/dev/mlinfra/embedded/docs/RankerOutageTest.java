package dev.mlinfra.embedded.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import org.junit.jupiter.api.Test;

// region fakes
class RankerOutageTest {
  private static final Duration BUDGET = Duration.ofMillis(20);

  private final FakeInfra fake = FakeInfra.create();

  @Test
  void ranksWhileEverythingHangs() {
    try (MlInfra ml = connect()) {
      fake.hang(); // every part; a call waits until heal() or its time-out
      assertThat(new Ranker(ml, BUDGET).rank("ann")).isEqualTo("item-1");
      fake.heal();
      assertThat(ml.decisions().flush(Duration.ofSeconds(10))).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(1);
    }
  }

  @Test
  void storesNothingTwiceWhenAnswersAreLost() {
    try (MlInfra ml = connect()) {
      fake.loseAnswers(Part.DECISION_SINK); // the row is stored, the answer never comes
      new Ranker(ml, BUDGET).rank("ann");
      assertThat(ml.decisions().flush(Duration.ofMillis(200))).isFalse();
      fake.heal();
      assertThat(ml.decisions().flush(Duration.ofSeconds(10))).isTrue();
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.stored()).isEqualTo(1);
      assertThat(ledger.duplicates()).isEqualTo(1);
    }
  }

  private MlInfra connect() {
    return MlInfra.connect(
        MlInfraConfig.forService("ranker")
            .install(fake)
            .view(FeatureView.named("user").number("clicks").build())
            .build());
  }
}
// endregion
