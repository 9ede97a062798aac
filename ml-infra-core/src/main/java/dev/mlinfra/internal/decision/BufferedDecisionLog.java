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
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.internal.buffer.SpillTarget;
import dev.mlinfra.internal.buffer.WriteBehind;
import dev.mlinfra.internal.buffer.WriterThread;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.internal.spool.Spool;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Writes apart from the host's threads: a bounded buffer for each kind of rows, one writer thread.
 */
public final class BufferedDecisionLog implements DecisionLog, AutoCloseable {
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
    this.pause = pause;
    Buffers kinds = new Buffers(options, sampling, spool, deadLetters, pause, telemetry);
    this.decisions = kinds.of(new DecisionRows(mask, new RecentCache(recent)), sink.decisions());
    this.feedback = kinds.of(new FeedbackRows(mask), sink.feedback());
    this.activations = kinds.of(new ActivationRows(), sink.activations());
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
    return buffers.stream().mapToLong(buffer -> buffer.ledger().buffered()).sum()
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

  /** Makes the buffer of a kind, with its place in the spool if there is one. */
  private record Buffers(
      BufferOptions options,
      Sampling sampling,
      Optional<Spool> spool,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    <T> WriteBehind<T> of(RowKind<T> kind, RowSink<T> sink) {
      return new WriteBehind<>(
          kind, options, sampling, sink, lane(kind, sink), letters, pause, telemetry);
    }

    private <T> SpillTarget<T> lane(RowKind<T> kind, RowSink<T> sink) {
      return spool.isEmpty()
          ? new SpillTarget<>()
          : spool.get().lane(kind, sink.rows().orElseThrow(Buffers::noRows));
    }

    private static ConfigException noRows() {
      return new ConfigException(
          "spool was set but the module that stores decisions keeps none outside of its store;"
              + " remove the spool or install another module");
    }
  }
}
