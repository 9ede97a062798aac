package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A host that logs decisions of one agent without pause from several threads, if asked with
 * feedback and an activation for each, and whose ledgers are watched all the time.
 */
final class DecisionLoad {
  private static final int SOME_CALLS = 500;

  private final MlInfra ml;
  private final StoredRows rows;
  private final DecisionProducer producer;
  private final LedgerChecker checker;
  private final Optional<Followers> followers;
  private final HostThreads host;

  private DecisionLoad(
      MlInfra ml, StoredRows rows, int threads, DecisionProducer producer, boolean followed) {
    this.ml = ml;
    this.rows = rows;
    this.producer = producer;
    this.checker = new LedgerChecker(ml.decisions()::ledger);
    this.followers = followed ? Optional.of(new Followers(ml)) : Optional.empty();
    this.host = HostThreads.start(threads, this::log);
    goOn();
  }

  /** Decisions only. */
  static DecisionLoad start(MlInfra ml, StoredRows rows, int threads) {
    return new DecisionLoad(
        ml, rows, threads, new DecisionProducer(ml.decisions(), rows.agent()), false);
  }

  /** With feedback and an activation for each decision. */
  static DecisionLoad startWithFeedback(MlInfra ml, StoredRows rows, int threads) {
    return new DecisionLoad(
        ml, rows, threads, new DecisionProducer(ml.decisions(), rows.agent()), true);
  }

  /** What the host was told about its decisions. */
  Answers answers() {
    return producer.answers();
  }

  /** Waits until the host has gone on for a while. */
  void goOn() {
    host.awaitCalls(SOME_CALLS);
  }

  /** Stops, waits until all is settled, and compares what the host was told with what is there. */
  Ledger settle() {
    host.stopUnharmed();
    assertThat(ml.decisions().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
    checker.settle(answers(), rows.decisions(), rows.parked());
    assertThat(answers().count(Status.REJECTED)).isZero();
    followers.ifPresent(all -> all.settle(rows));
    return ml.decisions().ledger();
  }

  /** How many rows of any kind the store had before. */
  long duplicates() {
    return ml.decisions().ledger().duplicates()
        + ml.decisions().feedbackLedger().duplicates()
        + ml.decisions().activationLedger().duplicates();
  }

  private void log() {
    Decision decision = producer.logAny();
    followers.ifPresent(all -> all.follow(decision.id(), rows.agent()));
  }

  /** Feedback and activations of the host. */
  private static final class Followers {
    private final MlInfra ml;
    private final Answers feedback = new Answers();
    private final Answers activations = new Answers();
    private final LedgerChecker feedbackChecker;
    private final LedgerChecker activationChecker;

    private Followers(MlInfra ml) {
      this.ml = ml;
      this.feedbackChecker = new LedgerChecker(ml.decisions()::feedbackLedger);
      this.activationChecker = new LedgerChecker(ml.decisions()::activationLedger);
    }

    private void follow(UUID decision, String agent) {
      Feedback reward = Feedback.of(decision, 1).kind(agent);
      feedback.note(reward.id(), ml.decisions().feedback(reward));
      activations.note(decision, ml.decisions().activate(Activation.of(decision)));
    }

    private void settle(StoredRows rows) {
      feedbackChecker.settle(feedback, rows.feedbackOfItsKind(), List.of());
      activationChecker.settle(activations, rows.activations(), List.of());
    }
  }
}
