package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.privacy.ErasureReceipt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What it means to forget, wherever decisions are stored. */
abstract class ForgetContract {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Connected. */
  abstract MlInfra ml();

  @Test
  void removesWhatIsStoredAboutASubjectAndNobodyElse() {
    Decision first = log("removes", "ann");
    Decision second = log("removes", "ann");
    log(shadowOf(first));
    Decision other = log("removes", "bob");
    Decision nobody = log(Decision.by("removes").action("a").build());
    assertThat(ml().decisions().activate(first.id()).accepted()).isTrue();
    reward(first, 1);
    reward(first, 2);
    reward(second, 3);
    reward(other, 4);
    settle();

    long missingBefore = missing();
    ErasureReceipt receipt = ml().privacy().forget("ann");

    assertThat(missing()).isEqualTo(missingBefore);
    assertThat(receipt.decisions() + receipt.heldBack()).isEqualTo(3);
    assertThat(receipt.feedback()).isEqualTo(3);
    assertThat(receipt.waiting()).isZero();
    assertThat(receipt.toString()).doesNotContain("ann");
    assertThat(stored("removes"))
        .extracting(outcome -> outcome.decision().id())
        .containsExactlyInAnyOrder(other.id(), nobody.id());
    assertThat(stored("removes"))
        .filteredOn(outcome -> outcome.decision().id().equals(other.id()))
        .singleElement()
        .satisfies(
            outcome -> {
              assertThat(outcome.rewardSum()).isEqualTo(4);
              assertThat(outcome.decision().subject()).contains("bob");
            });
  }

  @Test
  void removesNothingASecondTime() {
    log("twice", "carl");
    ErasureReceipt first = ml().privacy().forget("carl");
    ErasureReceipt second = ml().privacy().forget("carl");
    assertThat(first.decisions() + first.heldBack()).isEqualTo(1);
    assertThat(second.decisions() + second.heldBack() + second.feedback() + second.recent())
        .isZero();
    assertThat(second.subjectDigest()).isEqualTo(first.subjectDigest());
    assertThat(second.id()).isNotEqualTo(first.id());
  }

  @Test
  void keepsOutWhatComesLaterAndWasDecidedBefore() {
    Decision forgotten = log("late", "dora");
    ml().privacy().forget("dora");
    log(forgotten); // again, as after a retry
    Instant before = Instant.now().minusSeconds(3_600);
    log(Decision.by("late").action("a").decidedAt(before).subject("dora").build());
    reward(forgotten, 1);
    settle();
    assertThat(stored("late")).isEmpty();
    ErasureReceipt again = ml().privacy().forget("dora");
    assertThat(again.decisions() + again.feedback()).isZero();
  }

  @Test
  void keepsOutAShadowThatComesLaterAndAlone() {
    Decision live = log("shadowed", "rosa");
    settle();
    ml().privacy().forget("rosa");
    long missingBefore = missing();
    log(shadowOf(live));
    settle();
    assertThat(stored("shadowed")).isEmpty();
    assertThat(missing()).isEqualTo(missingBefore);
  }

  @Test
  void removesAShadowThatWasStoredBeforeItsDecisionWasKeptOut() {
    Instant before = Instant.now().minusSeconds(3_600);
    Decision live = Decision.by("early").action("a").decidedAt(before).subject("ulla").build();
    log(shadowOf(live)); // names nobody
    settle();
    ml().privacy().forget("ulla");
    log(live);
    settle();
    long missingBefore = missing();
    assertThat(ml().privacy().forget("ulla").decisions()).isEqualTo(1);
    assertThat(stored("early")).isEmpty();
    assertThat(missing()).isEqualTo(missingBefore);
  }

  @Test
  void takesWhatIsDecidedAfterwards() {
    log("after", "emil");
    ml().privacy().forget("emil");
    Decision later =
        Decision.by("after")
            .action("a")
            .decidedAt(Instant.now().plusSeconds(60))
            .subject("emil")
            .build();
    log(later);
    reward(later, 1);
    settle();
    assertThat(stored("after"))
        .singleElement()
        .extracting(DecisionOutcome::rewardSum)
        .isEqualTo(1.0);
  }

  @Test
  void forgetsAsThePageShows() {
    MlInfra ml = ml();
    String user = "nora";
    // region forget
    ml.decisions().log(Decision.by("ranker").action("item-79").subject(user).build());
    ErasureReceipt receipt = ml.privacy().forget(user); // blocks
    // endregion
    assertThat(receipt.decisions() + receipt.heldBack()).isEqualTo(1);
  }

  @Test
  void refusesASubjectThatNoDecisionCanHave() {
    assertThatThrownBy(() -> ml().privacy().forget(""))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("subject was");
    assertThat(Decision.by("a").action("a").subject("").build().fault()).isPresent();
    assertThat(Decision.by("a").action("a").subject("x".repeat(257)).build().fault())
        .hasValueSatisfying(fault -> assertThat(fault).startsWith("decision.subject "));
  }

  private long missing() {
    Instant now = Instant.now();
    return ml()
        .history()
        .completeness(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)))
        .stream()
        .mapToLong(DecisionCompleteness::missing)
        .sum();
  }

  final Decision log(String agent, String subject) {
    return log(Decision.by(agent).action("a").subject(subject).build());
  }

  final Decision log(Decision decision) {
    assertThat(ml().decisions().log(decision).accepted()).isTrue();
    return decision;
  }

  /** Names nobody, but shares the id. */
  static Decision shadowOf(Decision live) {
    return Decision.by(live.agent())
        .id(live.id())
        .decidedAt(live.decidedAt().plusNanos(1_000))
        .mode(DecisionMode.SHADOW)
        .action("b")
        .build();
  }

  final void reward(Decision decision, double reward) {
    assertThat(ml().decisions().feedback(Feedback.of(decision.id(), reward)).accepted()).isTrue();
  }

  final void settle() {
    assertThat(ml().decisions().flush(PATIENCE)).isTrue();
  }

  final List<DecisionOutcome> stored(String agent) {
    List<DecisionOutcome> found = new ArrayList<>();
    Instant now = Instant.now();
    ml().history()
        .outcomes(
            DecisionQuery.between(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)))
                .agent(agent),
            found::add);
    return found;
  }

  static List<UUID> ids(List<DecisionOutcome> outcomes) {
    return outcomes.stream().map(outcome -> outcome.decision().id()).toList();
  }
}
