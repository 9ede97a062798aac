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
import dev.mlinfra.internal.buffer.DeadLetters;
import dev.mlinfra.internal.buffer.Masking;
import dev.mlinfra.internal.buffer.Sequenced;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.internal.buffer.WriteBehind;
import dev.mlinfra.internal.buffer.WriterThread;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.internal.spool.Spool;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Writes apart from the host's threads: a bounded buffer for each kind of rows, one writer thread.
 */
public final class BufferedDecisionLog implements DecisionLog, AutoCloseable {
  private final DecisionSink sink;
  private final RecentCache recent;
  private final PauseSwitch pause;
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
      Optional<RecentDecisions> recent,
      Optional<DeadLetterStore> deadLetters,
      PauseSwitch pause,
      Optional<DecisionMask> mask,
      Telemetry telemetry) {
    this.spool = spool;
    this.sink = sink;
    this.recent = new RecentCache(recent);
    this.pause = pause;
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

  /** Waits until nothing is left in memory or in the spool, or the time is up. */
  public void awaitNonePending(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    boolean settled = flush(timeout);
    spool.ifPresent(
        files -> files.awaitEmpty(settled ? deadline - System.nanoTime() : 0, pause::holds));
  }

  /** How many rows are in memory or in the spool. */
  public long pendingRows() {
    return ledger().buffered()
        + feedbackLedger().buffered()
        + activationLedger().buffered()
        + spool.map(Spool::rows).orElse(0L);
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
}
