package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DecisionReader} promises of what the {@link DecisionSink} beside it stored.
 *
 * @since 0.1
 */
public abstract class DecisionReaderContract extends DecisionContract {
  /** For who extends it. */
  protected DecisionReaderContract() {}

  @Test
  void readsBackWhatWasLogged() {
    Decision decision = decision(1, "a").model("m", "7").propensity(0.25).context("k", "v").build();
    log(decision);

    DecisionOutcome outcome = read(query()).get(0);
    assertThat(outcome.decision()).usingRecursiveComparison().isEqualTo(decision);
    assertThat(outcome.passProbability()).isEqualTo(0.5);
    assertThat(outcome.feedbackCount()).isZero();
  }

  @Test
  void readsInTheOrderOfTimeFromTheStartToBeforeTheEnd() {
    log(decision(59, "d").build(), decision(0, "a").build(), decision(9, "c").build());
    log(decision(60, "outside").build(), decision(1, "b").build());

    assertThat(stored()).containsExactly("a", "b", "c", "d");
    assertThat(part(DecisionReader.class).read(query(), outcome -> {})).isEqualTo(4);
  }

  @Test
  void readsWhatIsAskedForOnly() {
    log(decision(1, "a").model("m", "1").build(), decision(2, "b").model("n", "1").build());

    assertThat(read(query().model("n")))
        .extracting(found -> found.decision().action())
        .containsExactly("b");
    assertThat(read(query().agent(unique("nobody")))).isEqualTo(List.of());
  }

  @Test
  void sumsTheFeedbackThatIsAskedFor() {
    Decision decision = decision(1, "a").build();
    log(decision);
    reward(feedback(decision, "click", 5, 1), feedback(decision, "view", 6, 0.25));

    assertOutcome(query(), 2, 1.25);
    assertOutcome(query().feedbackKind("click"), 1, 1);
    assertOutcome(query().feedbackKind("buy"), 0, 0);
  }

  @Test
  void countsOnlyWhatReplacedEarlierFeedbackOfItsKind() {
    Decision decision = decision(1, "a").build();
    log(decision);
    reward(
        feedback(decision, "click", 5, 1),
        feedback(decision, "view", 5, 0.25),
        feedback(decision, "click", 6, 3).replaces(true));

    assertOutcome(query(), 2, 3.25);
  }

  @Test
  void leavesOutDeferredDecisionsUntilTheyAreActivated() {
    Decision deferred = decision(1, "deferred").deferred(true).build();
    log(deferred, decision(2, "b").build());
    assertThat(stored()).containsExactly("b");

    activate(Activation.of(deferred.id()).activatedAt(minute().plusSeconds(9)));
    assertThat(stored()).containsExactly("deferred", "b");
  }

  @Test
  void countsTheNumbersThatAreMissing() {
    log(decision(1, "a").build());
    loseOne();
    log(decision(2, "b").build(), decision(3, "c").build());

    List<DecisionCompleteness> minutes = part(DecisionReader.class).completeness(query());
    assertThat(minutes.stream().mapToLong(DecisionCompleteness::stored).sum()).isEqualTo(3);
    assertThat(minutes).extracting(DecisionCompleteness::minute).containsOnly(minute());
    assertThat(minutes.get(minutes.size() - 1).missing()).isPositive();
  }

  private void assertOutcome(DecisionQuery query, long count, double sum) {
    DecisionOutcome outcome = read(query).get(0);
    assertThat(outcome.feedbackCount()).isEqualTo(count);
    assertThat(outcome.rewardSum()).isEqualTo(sum);
  }

  private Feedback feedback(Decision decision, String kind, int second, double reward) {
    return Feedback.of(decision.id(), reward).kind(kind).observedAt(minute().plusSeconds(second));
  }
}
