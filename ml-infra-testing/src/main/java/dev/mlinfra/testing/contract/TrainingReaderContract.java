package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.JoinedDecision;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.testing.Await;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingQuery;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What every {@link TrainingReader} promises of what the {@link DecisionSink} and the {@link
 * OfflineStore} beside it stored.
 *
 * @since 0.1
 */
public abstract class TrainingReaderContract extends DecisionContract {
  /** For who extends it. */
  protected TrainingReaderContract() {}

  @ParameterizedTest
  @CsvSource({"FIRST, 2", "LAST, 1", "SUM, 6", "MAX, 3", "MEAN, 2"})
  void joinsTheRewardAsAskedFor(RewardAggregate aggregate, double reward) {
    Decision decision = decision(1, "a").build();
    log(decision, decision(2, "without").build());
    reward(given(decision, 5, 2), given(decision, 6, 3), given(decision, 7, 1));

    List<JoinedDecision> rows = join(TrainingQuery.of(query()).reward(aggregate));
    assertThat(rows).extracting(row -> row.decision().action()).containsExactly("a", "without");
    assertThat(rows.get(0).reward()).hasValue(reward);
    assertThat(rows.get(0).feedbackCount()).isEqualTo(3);
    assertThat(rows.get(0).passProbability()).isEqualTo(0.5);
    assertThat(rows.get(1).reward()).isEmpty();
  }

  @Test
  void countsFeedbackWithinTheWindowOnly() {
    Decision decision = decision(1, "a").build();
    log(decision);
    reward(given(decision, 11, 1), given(decision, 12, 5));

    assertThat(join(TrainingQuery.of(query()).window(Duration.ofSeconds(10))).get(0).reward())
        .hasValue(1);
  }

  @Test
  void opensTheWindowOfADeferredDecisionWhenItIsActivated() {
    Decision decision = decision(1, "a").deferred(true).build();
    log(decision, decision(2, "never").deferred(true).build());
    Instant activated = minute().plusSeconds(20);
    activate(Activation.of(decision.id()).activatedAt(activated));
    reward(given(decision, 29, 1), given(decision, 31, 5));

    List<JoinedDecision> rows = join(TrainingQuery.of(query()).window(Duration.ofSeconds(10)));
    assertThat(rows).hasSize(1);
    assertThat(rows.get(0).activatedAt()).contains(activated);
    assertThat(rows.get(0).reward()).hasValue(1);
  }

  @Test
  void joinsTheFeaturesThatWereKnownWhenItWasDecided() {
    FeatureView view = Packed.view(Duration.ofHours(1));
    PackedRow known = Packed.row(view, "ann", minute(), minute(), 1);
    PackedRow late = Packed.row(view, "ann", minute(), minute().plusSeconds(30), 2);
    part(OfflineStore.class).append(view, List.of(known, late));
    log(
        decision(1, "a").context("user", "ann").build(),
        decision(2, "b").context("user", "bob").build(),
        decision(3, "c").build());

    assertThat(join(TrainingQuery.of(query()).featuresByContext(view.name(), "user")))
        .extracting(row -> row.features().get(0))
        .containsExactly(Optional.of(known), Optional.empty(), Optional.empty());
  }

  @Test
  void givesTheSameRowsForTheSameBoundWhateverIsStoredLater() {
    Decision decision = decision(1, "a").build();
    log(decision);
    Instant bound = settled();
    log(decision(2, "later").build());
    reward(given(decision, 5, 1));

    TrainingQuery query = TrainingQuery.of(query()).knownBefore(bound);
    assertThat(read(query)).extracting(row -> row.decision().action()).containsExactly("a");
    assertThat(read(query).get(0).reward()).isEmpty();
  }

  private List<JoinedDecision> join(TrainingQuery query) {
    return read(query.knownBefore(settled()));
  }

  private List<JoinedDecision> read(TrainingQuery query) {
    List<JoinedDecision> rows = new ArrayList<>();
    long count = part(TrainingReader.class).read(query, rows::add);
    assertThat(count).isEqualTo(rows.size());
    return rows;
  }

  /** A bound that all written until now is before. */
  private Instant settled() {
    Instant written = part(TrainingReader.class).settled(Optional.empty());
    Await.until(
        "the clock of the store moves on",
        () -> part(TrainingReader.class).settled(Optional.empty()).isAfter(written));
    return part(TrainingReader.class).settled(Optional.empty());
  }

  private Feedback given(Decision decision, int second, double reward) {
    return Feedback.of(decision.id(), reward).observedAt(minute().plusSeconds(second));
  }
}
