package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Bufferable;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Attempts;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer's side of a buffer: collects rows into batches and writes them, as a state machine
 * that never sleeps, so that one thread serves several buffers. A failed batch is kept and tried
 * again after a back-off; a batch with a row that the store refuses is halved until the row stands
 * alone and is parked. Confined to the writer thread.
 */
final class BatchWriter<T extends Bufferable> {
  private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);
  private static final long BUSY_PAUSE_NANOS = 10_000_000;
  private static final long IDLE_PAUSE_NANOS = 20_000_000;
  private static final double SPILL_MARK = 0.5; // of the room

  private final String name;
  private final double sampleRate;
  private final int maxRows;
  private final long lingerNanos;
  private final Attempts attempts;
  private final BatchStore<T> store;
  private final SpillTarget<T> overflow;
  private final DeadLetters<T> parking;
  private final Counts counts;
  private final HostQueue intake;
  private final Telemetry telemetry;
  private final Deque<Segment<T>> pending = new ArrayDeque<>();
  private List<Sequenced<T>> open = new ArrayList<>();
  private long openedAtNanos;
  private long nextSequence = 1;
  private int firstRing;
  private long dropsSeen;
  private long retryAtNanos;
  private volatile boolean empty = true;

  BatchWriter(
      String name,
      BufferOptions options,
      double sampleRate,
      BatchStore<T> store,
      SpillTarget<T> overflow,
      DeadLetters<T> parking,
      Counts counts,
      HostQueue intake,
      Telemetry telemetry) {
    this.name = name;
    this.sampleRate = sampleRate;
    this.maxRows = options.maxBatchRows();
    this.lingerNanos = options.linger().toNanos();
    this.attempts =
        new Attempts(
            BatchWriter.class,
            name + " buffer",
            new Backoff(options.minBackoff(), options.maxBackoff()));
    this.store = store;
    this.overflow = overflow;
    this.parking = parking;
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
    long left = open.size();
    for (Segment<T> segment : pending) {
      left += segment.rows.size();
    }
    if (left > 0) {
      lost.add(left);
      LOG.warn("{} buffer closed with {} rows unwritten; they are counted as dropped", name, left);
    }
    pending.clear();
    open = new ArrayList<>();
    empty = true;
  }

  private void closeOpen() {
    pending.add(new Segment<>(open, true));
    open = new ArrayList<>();
  }

  /** Returns false when the first batch is still in memory. */
  private boolean keepNext() {
    Segment<T> segment = pending.getFirst();
    try {
      if (!overflow.keep(segment.rows, segment.firstAttempt)) {
        return false;
      }
    } catch (CorruptDataException e) {
      if (segment.rows.size() == 1) {
        return false; // its way to the store parks it
      }
      halveOrPark(segment, e);
      return true;
    }
    pending.removeFirst();
    release(segment);
    empty = pending.isEmpty() && open.isEmpty();
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

  @SuppressWarnings("unchecked") // the intake holds values of one type, bare or sampled
  private void add(Bufferable row) {
    open.add(
        row instanceof Sampled<?> sampled
            ? new Sequenced<>((T) sampled.value(), nextSequence, sampleRate * sampled.share())
            : new Sequenced<>((T) row, nextSequence, sampleRate));
    nextSequence++; // a row for which memory was short comes again
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the writer
  private void writeNext() {
    Segment<T> segment = pending.getFirst();
    long start = System.nanoTime();
    try {
      Written written = store.write(segment.rows, segment.firstAttempt);
      telemetry.time(Instrument.BUFFER_WRITE, System.nanoTime() - start, name);
      settle(segment, written);
    } catch (CorruptDataException e) {
      halveOrPark(segment, e);
    } catch (MlInfraException e) {
      retryLater(segment, e);
    } catch (VirtualMachineError e) {
      if (segment.rows.size() > 1) {
        halve(segment); // half of it may fit the memory
      }
      retryLater(pending.getFirst(), e);
    } catch (Throwable e) {
      halveOrPark(segment, e);
    }
  }

  private void settle(Segment<T> segment, Written written) {
    attempts.succeeded();
    pending.removeFirst();
    counts.duplicates.add(written.duplicates());
    release(segment);
    counts.stored.add(segment.rows.size());
    empty = pending.isEmpty() && open.isEmpty();
  }

  private void halveOrPark(Segment<T> segment, Throwable cause) {
    if (segment.rows.size() == 1) {
      park(segment, cause);
    } else {
      halve(segment);
    }
  }

  private void halve(Segment<T> segment) {
    int size = segment.rows.size();
    pending.removeFirst();
    pending.addFirst(new Segment<>(segment.rows.subList(size / 2, size), false));
    pending.addFirst(new Segment<>(segment.rows.subList(0, size / 2), false));
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the writer
  private void park(Segment<T> segment, Throwable cause) {
    try {
      boolean kept = parking.park(segment.rows.get(0).value(), Causes.oneLine(cause));
      pending.removeFirst();
      release(segment);
      (kept ? counts.parked : counts.lostUnstorable).increment();
      empty = pending.isEmpty() && open.isEmpty();
    } catch (Throwable e) {
      retryLater(segment, e);
    }
  }

  private void retryLater(Segment<T> segment, Throwable cause) {
    counts.writeFailures.increment();
    pending.removeFirst();
    pending.addFirst(new Segment<>(segment.rows, false));
    long pause = attempts.failed("could not write " + segment.rows.size() + " rows", cause);
    retryAtNanos = System.nanoTime() + pause;
  }

  private void release(Segment<T> segment) {
    long size = 0;
    for (Sequenced<T> row : segment.rows) {
      size += row.value().sizeBytes();
    }
    intake.release(size);
  }

  private record Segment<T>(List<Sequenced<T>> rows, boolean firstAttempt) {}
}
