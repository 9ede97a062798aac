package dev.mlinfra.internal.decision;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.internal.buffer.DeadLetters;
import dev.mlinfra.internal.buffer.Masking;
import dev.mlinfra.internal.buffer.Sequenced;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.internal.buffer.WriteBehind;
import dev.mlinfra.internal.buffer.WriterThread;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.internal.spool.Spool;
import dev.mlinfra.internal.training.TrainingSets;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Telemetry;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

/**
 * Writes apart from the host's threads: a bounded buffer for each kind of rows, one writer thread.
 */
public final class BufferedDecisionLog implements DecisionLog, AutoCloseable {
  private final DecisionSink sink;
  private final Optional<DecisionReader> history;
  private final RecentCache recent;
  private final PauseSwitch pause;
  private final TrainingSets trainingSets;
  private final Erasure forgetting;
  private final WriteBehind<Decision> decisions;
  private final WriteBehind<Feedback> feedback;
  private final WriteBehind<Activation> activations;
  private final List<WriteBehind<?>> buffers;
  private final Optional<Spool> spool;
  private final WriterThread writer;

  /** Starts the writer thread. */
  public BufferedDecisionLog(
      BufferOptions options,
      Sampling sampling,
      Optional<Spool> spool,
      DecisionSink sink,
      Optional<DecisionReader> history,
      Optional<RecentDecisions> recent,
      Optional<DeadLetterStore> deadLetters,
      PauseSwitch pause,
      Optional<DecisionMask> mask,
      TrainingSets trainingSets,
      Erasure forgetting,
      Telemetry telemetry) {
    this.spool = spool;
    this.sink = sink;
    this.history = history;
    this.recent = new RecentCache(recent);
    this.pause = pause;
    this.trainingSets = trainingSets;
    this.forgetting = forgetting;
    this.decisions =
        new WriteBehind<>(
            "decision",
            options,
            sampling,
            this::storeDecisions,
            spool.map(this::decisionLane).orElseGet(SpillTarget::none),
            new DeadLetters<>(deadLetters, DecisionLetters::of),
            pause,
            mask.map(BufferedDecisionLog::decisionMasking).orElse(null),
            telemetry);
    this.feedback =
        new WriteBehind<>(
            "feedback",
            options,
            sampling.byLoad(false), // what a decision that was kept got must not be missing
            (batch, first) -> sink.writeFeedback(values(batch), first),
            spool.map(this::feedbackLane).orElseGet(SpillTarget::none),
            new DeadLetters<>(deadLetters, DecisionLetters::of),
            pause,
            mask.map(BufferedDecisionLog::feedbackMasking).orElse(null),
            telemetry);
    this.activations =
        new WriteBehind<>(
            "activation",
            options,
            sampling.byLoad(false),
            (batch, first) -> sink.writeActivations(values(batch), first),
            spool.map(this::activationLane).orElseGet(SpillTarget::none),
            new DeadLetters<>(deadLetters, DecisionLetters::of),
            pause,
            null,
            telemetry);
    this.buffers = List.of(decisions, feedback, activations);
    sink.numbering(decisions::numberedTotal);
    this.writer =
        new WriterThread(
            "ml-infra-decision-writer",
            options.closeTimeout(),
            buffers,
            () -> spool.ifPresent(Spool::leave));
    spool.ifPresent(Spool::start);
  }

  @Override
  public Acceptance log(Decision decision) {
    return decisions.offer(decision);
  }

  @Override
  public Acceptance feedback(Feedback value) {
    return feedback.offer(value);
  }

  @Override
  public Acceptance activate(Activation value) {
    return activations.offer(value);
  }

  @Override
  public boolean flush(Duration timeout) {
    return within(timeout, writer::flush);
  }

  @Override
  public boolean sync(Duration timeout) {
    return within(timeout, writer::sync);
  }

  @Override
  public Ledger ledger() {
    return decisions.ledger();
  }

  @Override
  public Ledger feedbackLedger() {
    return feedback.ledger();
  }

  @Override
  public Ledger activationLedger() {
    return activations.ledger();
  }

  @Override
  public List<Optional<RecentDecision>> recent(List<UUID> ids, Duration budget) {
    return pause.paused()
        ? Collections.nCopies(ids.size(), Optional.empty())
        : recent.find(ids, Timeouts.bounded(budget));
  }

  @Override
  public long outcomes(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    return history("outcomes").read(query, reader);
  }

  @Override
  public List<DecisionCompleteness> completeness(Instant from, Instant to) {
    return history("completeness").completeness(DecisionQuery.between(from, to));
  }

  @Override
  public TrainingSet trainingSet(TrainingQuery query) {
    return trainingSets.settle(query);
  }

  @Override
  public ErasureReceipt forget(String subject) {
    return forgetting.forget(subject, new Held());
  }

  @Override
  public void close() {
    spool.ifPresent(Spool::closing);
    writer.close();
    spool.ifPresent(Spool::close);
  }

  /** Waits for each buffer in turn, all within one time-out. */
  private boolean within(Duration timeout, BiPredicate<WriteBehind<?>, Duration> wait) {
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    for (WriteBehind<?> buffer : buffers) {
      long left = Math.max(0, deadline - System.nanoTime());
      if (!wait.test(buffer, Duration.ofNanos(left))) {
        return false;
      }
    }
    return true;
  }

  private SpillTarget<Decision> decisionLane(Spool on) {
    return on.lane(
        "decision",
        sink.decisionRows().orElseThrow(BufferedDecisionLog::noRows),
        this::logged,
        recent::remember);
  }

  private SpillTarget<Feedback> feedbackLane(Spool on) {
    return on.lane(
        "feedback",
        sink.feedbackRows().orElseThrow(BufferedDecisionLog::noRows),
        BufferedDecisionLog::values,
        batch -> {});
  }

  private SpillTarget<Activation> activationLane(Spool on) {
    return on.lane(
        "activation",
        sink.activationRows().orElseThrow(BufferedDecisionLog::noRows),
        BufferedDecisionLog::values,
        batch -> {});
  }

  private DecisionReader history(String call) {
    return history.orElseThrow(
        () ->
            new ModuleMissingException(
                "decisions()."
                    + call
                    + "() needs a module that reads decisions back; add ml-infra-postgres and"
                    + " install(Postgres.at(url))"));
  }

  private static ConfigException noRows() {
    return new ConfigException(
        "spool was set but the module that stores decisions keeps none outside of its store; remove"
            + " the spool or install another module");
  }

  /** Remembers first, since quick feedback does not wait for a store that is away. */
  private Written storeDecisions(List<Sequenced<Decision>> batch, boolean firstAttempt) {
    if (firstAttempt) {
      recent.remember(batch);
    }
    return sink.write(logged(batch), firstAttempt);
  }

  private List<LoggedDecision> logged(List<Sequenced<Decision>> batch) {
    List<LoggedDecision> rows = new ArrayList<>(batch.size());
    for (Sequenced<Decision> row : batch) {
      rows.add(new LoggedDecision(row.value(), row.sequence(), row.passProbability()));
    }
    return rows;
  }

  private static <T> List<T> values(List<Sequenced<T>> batch) {
    return batch.stream().map(Sequenced::value).toList();
  }

  private static Masking<Decision> decisionMasking(DecisionMask mask) {
    return new Masking<>(
        "decision.mask",
        mask::mask,
        (before, after) ->
            before.id().equals(after.id()) && before.decidedAt().equals(after.decidedAt()));
  }

  private static Masking<Feedback> feedbackMasking(DecisionMask mask) {
    return new Masking<>(
        "feedback.mask",
        mask::mask,
        (before, after) -> before.decisionId().equals(after.decisionId()));
  }

  private final class Held implements Erasure.Held {
    @Override
    public void await(Duration timeout) {
      long deadline = System.nanoTime() + timeout.toNanos();
      boolean settled = flush(timeout);
      spool.ifPresent(
          files -> files.awaitEmpty(settled ? deadline - System.nanoTime() : 0, pause::holds));
    }

    @Override
    public long rows() {
      return ledger().buffered()
          + feedbackLedger().buffered()
          + activationLedger().buffered()
          + spool.map(Spool::rows).orElse(0L);
    }
  }
}
