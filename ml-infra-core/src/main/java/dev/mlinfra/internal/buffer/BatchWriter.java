package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Attempts;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer's side of a buffer: collects rows into batches and writes them, as a state machine
 * that never sleeps, so that one thread serves several buffers. A failed batch is kept and tried
 * again after a back-off; a batch with a row that the store refuses is halved until the row stands
 * alone and is parked. Confined to the writer thread.
 */
final class BatchWriter<T> {
  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);
  private static final long BUSY_PAUSE_NANOS = 10_000_000;
  private static final long IDLE_PAUSE_NANOS = 20_000_000;
  private static final double SPILL_MARK = 0.5; // of the room
  private static final int FIRST_ROWS = 64;
  private static final long[] NO_SEQUENCES = {};
  private static final double[] NO_PROBABILITIES = {};

  private final RowKind<T> kind;
  private final double sampleRate;
  private final int maxRows;
  private final long lingerNanos;
  private final Attempts attempts;
  private final RowSink<T> store;
  private final SpillTarget<T> overflow;
  private final Counts counts;
  private final HostQueue intake;
  private final Telemetry telemetry;
  private final PendingRows<RowBatch<T>> pending;
  private List<T> open = new ArrayList<>();
  private long[] sequences = NO_SEQUENCES;
  private double[] passProbabilities = NO_PROBABILITIES;
  private long openedAtNanos;
  private long nextSequence = 1;
  private int firstRing;
  private long dropsSeen;
  private long retryAtNanos;
  private volatile boolean empty = true;

  BatchWriter(
      RowKind<T> kind,
      BufferOptions options,
      double sampleRate,
      RowSink<T> store,
      SpillTarget<T> overflow,
      Optional<DeadLetterStore> letters,
      Counts counts,
      HostQueue intake,
      Telemetry telemetry) {
    this.kind = kind;
    this.sampleRate = sampleRate;
    this.maxRows = options.maxBatchRows();
    this.lingerNanos = options.linger().toNanos();
    this.attempts =
        new Attempts(
            BatchWriter.class,
            kind.name() + " buffer",
            new Backoff(options.minBackoff(), options.maxBackoff()));
    this.store = store;
    this.overflow = overflow;
    this.pending = new PendingRows<>(new Batches(), letters);
    this.counts = counts;
    this.intake = intake;
    this.telemetry = telemetry;
  }

  /**
   * Does the next piece of work and returns how long the thread may rest, in nanoseconds.
   *
   * @param held when nothing may be sent to the store
   */
  long step(long now, boolean urgent, boolean held) {
    if (!pending.isEmpty()) {
      if (overflow.wants(attempts.failing(), intake.used() > SPILL_MARK) && keepNext()) {
        return 0;
      }
      if (held) {
        return RepeatingTask.PAUSED_NANOS;
      }
      if (now - retryAtNanos < 0) {
        return Math.min(retryAtNanos - now, IDLE_PAUSE_NANOS);
      }
      writeNext();
      return 0;
    }
    if (held && !overflow.wants(false, false)) {
      return RepeatingTask.PAUSED_NANOS;
    }
    drain(now);
    if (open.isEmpty()) {
      return IDLE_PAUSE_NANOS;
    }
    if (urgent || open.size() >= maxRows || now - openedAtNanos >= lingerNanos) {
      closeOpen();
      retryAtNanos = now;
      return 0;
    }
    return Math.min(BUSY_PAUSE_NANOS, lingerNanos - (now - openedAtNanos));
  }

  /** Moves everything that is left to disk, if there is one that takes it. */
  void keepRest() {
    do {
      if (!open.isEmpty()) {
        closeOpen();
      }
      while (!pending.isEmpty()) {
        if (!keepNext()) {
          return;
        }
      }
      drain(openedAtNanos);
    } while (!open.isEmpty());
  }

  boolean isEmpty() {
    return empty;
  }

  /** Gives up what was not written, counted under a reason. */
  void abandon(LongAdder lost) {
    long left = open.size() + pending.clear();
    if (left > 0) {
      lost.add(left);
      LOG.warn(
          "{} buffer closed with {} rows unwritten; they are counted as dropped",
          kind.name(),
          left);
    }
    open = new ArrayList<>();
    empty = true;
  }

  private void closeOpen() {
    List<T> next = new ArrayList<>();
    pending.add(new RowBatch<>(open, sequences, passProbabilities), true);
    open = next;
    sequences = NO_SEQUENCES;
    passProbabilities = NO_PROBABILITIES;
  }

  /** Returns false when the first batch is still in memory. */
  private boolean keepNext() {
    RowBatch<T> rows = pending.first();
    try {
      if (!overflow.keep(rows, pending.isFirstAttempt())) {
        return false;
      }
    } catch (CorruptDataException e) {
      if (rows.size() == 1) {
        return false; // its way to the store parks it
      }
      pending.halve();
      return true;
    }
    pending.remove();
    release(rows);
    look();
    return true;
  }

  private void drain(long now) {
    long drops = counts.droppedNumbered();
    nextSequence += drops - dropsSeen;
    dropsSeen = drops;
    // Before the rows leave the intake, so that nobody sees them neither there nor here.
    empty = false;
    if (open.isEmpty()) {
      openedAtNanos = now;
    }
    intake.drain(firstRing++, maxRows - open.size(), this::add);
    empty = open.isEmpty();
  }

  /** A row for which memory was short comes again. */
  @SuppressWarnings("unchecked") // the intake holds values of one type, bare or sampled
  private void add(Object row) {
    int at = open.size();
    if (at == sequences.length) {
      int room = Math.max(FIRST_ROWS, 2 * at);
      passProbabilities = Arrays.copyOf(passProbabilities, room);
      sequences = Arrays.copyOf(sequences, room);
    }
    if (row instanceof Sampled sampled) {
      open.add((T) sampled.value());
      passProbabilities[at] = sampleRate * sampled.share();
    } else {
      open.add((T) row);
      passProbabilities[at] = sampleRate;
    }
    sequences[at] = nextSequence++;
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the writer
  private void writeNext() {
    RowBatch<T> rows = pending.first();
    try {
      settle(rows, pending.send(this::write));
    } catch (CorruptDataException e) {
      halveOrPark(rows, e);
    } catch (MlInfraException e) {
      retryLater(e);
    } catch (VirtualMachineError e) {
      if (rows.size() > 1) {
        pending.halve(); // half of it may fit the memory
      }
      retryLater(e);
    } catch (Throwable e) {
      halveOrPark(rows, e);
    }
  }

  private Written write(RowBatch<T> rows, boolean firstAttempt) {
    if (firstAttempt) {
      kind.leaving(rows);
    }
    long start = System.nanoTime();
    Written written = store.write(rows, firstAttempt);
    telemetry.time(Instrument.BUFFER_WRITE, System.nanoTime() - start, kind.name());
    return written;
  }

  private void settle(RowBatch<T> rows, Written written) {
    counts.duplicates.add(written.duplicates());
    release(rows);
    counts.stored.add(rows.size());
    look();
    attempts.succeeded();
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the writer
  private void halveOrPark(RowBatch<T> rows, Throwable cause) {
    try {
      PendingRows.Refused refused = pending.halveOrPark(cause);
      if (refused != PendingRows.Refused.HALVED) {
        release(rows);
        boolean kept = refused == PendingRows.Refused.PARKED;
        (kept ? counts.parked : counts.lostUnstorable).increment();
        look();
      }
    } catch (Throwable e) {
      retryLater(e);
    }
  }

  private void retryLater(Throwable cause) {
    counts.writeFailures.increment();
    long pause = attempts.failed("could not write " + pending.firstCount() + " rows", cause);
    retryAtNanos = System.nanoTime() + pause;
  }

  private void release(RowBatch<T> rows) {
    long size = 0;
    for (int row = 0; row < rows.size(); row++) {
      size += kind.sizeBytes(rows.value(row));
    }
    intake.release(size);
  }

  private void look() {
    empty = pending.isEmpty() && open.isEmpty();
  }

  private final class Batches implements PendingRows.Form<RowBatch<T>> {
    @Override
    public int count(RowBatch<T> rows) {
      return rows.size();
    }

    @Override
    public RowBatch<T> slice(RowBatch<T> rows, int from, int to) {
      return rows.subList(from, to);
    }

    @Override
    public DeadLetter letter(RowBatch<T> row, String cause) {
      return kind.letter(row.value(0), cause);
    }
  }
}
