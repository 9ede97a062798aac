package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded buffer between the host's threads and one writer thread. Offers never block, throw or
 * do I/O; the writer drains through {@link BatchWriter}.
 */
public final class WriteBehind<T> {
  private static final Logger LOG = LoggerFactory.getLogger(WriteBehind.class);

  /** For who has claimed a place and not put the row yet; who comes later sweeps it away alone. */
  private static final long SWEEP_NANOS = 100_000_000;

  private final RowKind<T> kind;
  private final boolean sampled;
  private final boolean sampledByLoad;
  private final Sampler sampler;
  private final PauseSwitch pause;
  private final @Nullable Masking<T> masking;
  private final HostQueue intake;
  private final SpillTarget<T> overflow;
  private final Counts counts;
  private final Object drainLock = new Object();
  private final BatchWriter<T> batches;
  private volatile boolean closed;
  private volatile boolean finished;

  /** Makes a buffer for a kind of rows; nothing runs until a {@link WriterThread} does. */
  public WriteBehind(
      RowKind<T> kind,
      BufferOptions options,
      Sampling sampling,
      RowSink<T> store,
      SpillTarget<T> overflow,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.kind = kind;
    this.pause = pause;
    this.masking = kind.masking();
    this.sampled = sampling.rate() < 1;
    this.sampledByLoad = sampling.byLoad() && kind.sampledByLoad();
    this.sampler = new Sampler(sampling.rate());
    this.intake = new HostQueue(options);
    this.overflow = overflow;
    this.counts = new Counts(overflow.tally(), intake::acceptedTotal);
    this.batches =
        new BatchWriter<>(
            kind, options, sampling.rate(), store, overflow, letters, counts, intake, telemetry);
    observe(telemetry);
  }

  /** Takes a value over, or says why not. */
  public Acceptance offer(@Nullable T value) {
    if (value == null) {
      return reject(kind.name() + " was null but must have a value; build one first");
    }
    Optional<String> fault = kind.fault(value);
    if (fault.isPresent()) {
      return reject(fault.get());
    }
    if (closed) {
      counts.refusedClosed.increment();
      return Acceptance.CLOSED;
    }
    if (sampled && !sampler.keeps(kind.fateId(value), 1)) {
      counts.sampledOut.increment();
      return Acceptance.SAMPLED_OUT;
    }
    if (pause.paused()) {
      counts.droppedPaused.increment();
      return Acceptance.PAUSED;
    }
    double share = sampledByLoad ? Sampler.shareAt(intake.used()) : 1;
    if (share < 1 && !sampler.keeps(kind.fateId(value), share)) {
      counts.sampledOut.increment();
      return Acceptance.SAMPLED_OUT;
    }
    return masking == null
        ? enqueue(value, share)
        : enqueueMasked(masking.apply(value, kind), share);
  }

  /** Where everything is. */
  public Ledger ledger() {
    return counts.ledger();
  }

  String name() {
    return kind.name();
  }

  /** How many values were or will be numbered: the accepted, and the drops that have a number. */
  public long numberedTotal() {
    return counts.droppedNumbered() + counts.acceptedTotal();
  }

  /**
   * Whether every row that was accepted before this call is stored, parked, lost or on disk,
   * whenever it is asked. Rows leave in the order in which they were taken out.
   */
  BooleanSupplier leftMemory() {
    BooleanSupplier drained = intake.drainedSoFar();
    return new BooleanSupplier() {
      private long target = -1;

      @Override
      public boolean getAsBoolean() {
        if (target < 0 && drained.getAsBoolean()) {
          target = intake.drainedTotal();
        }
        return target >= 0 && counts.leftMemory() >= target;
      }
    };
  }

  SpillTarget<T> overflow() {
    return overflow;
  }

  /** Moves waiting rows into the batch in hand and writes when it is time; writer thread only. */
  long step(long nowNanos, boolean urgent) {
    return batches.step(nowNanos, urgent, pause.holds());
  }

  /** Whether nothing is written until somebody resumes. */
  boolean paused() {
    return pause.paused();
  }

  void refuseOffers() {
    closed = true;
  }

  boolean drained() {
    return intake.isEmpty() && batches.isEmpty();
  }

  /** Moves what is left to disk or counts it as lost; after the writer has ended its work. */
  @SuppressWarnings("CatchingUnchecked") // what cannot be kept must be counted all the same
  void finish() {
    try {
      batches.keepRest();
    } catch (Throwable e) {
      LOG.error("{} buffer could not keep what is left: {}", kind.name(), e.toString());
    }
    LongAdder lost = pause.paused() ? counts.lostPaused : counts.lostAtClose;
    batches.abandon(lost);
    finished = true;
    long deadline = System.nanoTime() + SWEEP_NANOS;
    do {
      sweep(lost, null);
    } while (!intake.isEmpty() && System.nanoTime() - deadline < 0);
  }

  private Acceptance enqueueMasked(Masking.Masked<T> masked, double share) {
    T value = masked.value();
    return value == null ? reject(masked.fault()) : enqueue(value, share);
  }

  private Acceptance enqueue(T value, double share) {
    Object row = share < 1 ? new Sampled(value, share) : value;
    if (!intake.offer(row, kind.sizeBytes(value))) {
      counts.droppedFull.increment();
      return Acceptance.DROPPED_FULL;
    }
    return finished && sweep(counts.lostAtClose, row) ? Acceptance.CLOSED : Acceptance.ACCEPTED;
  }

  /**
   * An offer may slip in while the writer ends: whoever notices counts it, so none is forgotten.
   *
   * @return whether the caller's own row was there; others may have come with it
   */
  @SuppressWarnings("ReferenceEquality") // an equal row of another thread is not this one
  private boolean sweep(LongAdder lost, @Nullable Object own) {
    boolean[] found = {false};
    synchronized (drainLock) {
      intake.drain(
          0,
          Integer.MAX_VALUE,
          left -> {
            intake.release(kind.sizeBytes(value(left)));
            lost.increment();
            found[0] |= left == own;
          });
    }
    return found[0];
  }

  @SuppressWarnings("unchecked") // the intake holds values of one type, bare or sampled
  private T value(Object row) {
    return (T) (row instanceof Sampled some ? some.value() : row);
  }

  private Acceptance reject(String fault) {
    counts.reject(fault);
    return Acceptance.rejected(fault);
  }

  private void observe(Telemetry telemetry) {
    String name = kind.name();
    telemetry.observe(Instrument.BUFFER_OFFERED, () -> counts.ledger().offered(), name);
    telemetry.observe(Instrument.BUFFER_STORED, counts::storedTotal, name);
    telemetry.observe(Instrument.BUFFER_DUPLICATES, counts::duplicatesTotal, name);
    telemetry.observe(Instrument.BUFFER_ROWS, () -> counts.ledger().buffered(), name);
    telemetry.observe(Instrument.BUFFER_BYTES, intake::usedBytes, name);
    telemetry.observe(Instrument.BUFFER_SPOOLED, counts::spooled, name);
    telemetry.observe(Instrument.BUFFER_PARKED, counts::parkedTotal, name);
    telemetry.observe(Instrument.BUFFER_SAMPLED_OUT, counts.sampledOut::sum, name);
    for (DropReason reason : DropReason.values()) {
      telemetry.observe(
          Instrument.BUFFER_DROPPED, () -> counts.dropped(reason), name, reason.tag());
    }
    telemetry.observe(Instrument.BUFFER_REJECTED, counts::rejectedTotal, name);
    telemetry.observe(Instrument.BUFFER_WRITE_FAILURES, counts::writeFailuresTotal, name);
  }
}
