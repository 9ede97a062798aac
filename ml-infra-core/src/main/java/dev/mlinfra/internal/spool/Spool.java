package dev.mlinfra.internal.spool;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.buffer.RowKind;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits on disk for the store, and the thread that stores it. A disk that refuses switches the
 * spool off for a while; rows then stay in memory as if there were none. The writer thread of the
 * buffers appends; everything else is thread-safe.
 */
public final class Spool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final long OFF_NANOS = 2_000_000_000;
  private static final long FULL_NANOS = 200_000_000;
  private static final long POLL_NANOS = 2_000_000;

  final LongAdder quarantined = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder full = new LongAdder();
  private final SpoolOptions options;
  private final DiskExecutor ahead = new DiskExecutor();
  private final Replay replay;
  private final Map<String, SpoolLane<?>> lanes = new HashMap<>();
  private final Set<Long> neverSent = ConcurrentHashMap.newKeySet();
  private final AtomicInteger users = new AtomicInteger(2); // the writer and the replay
  private volatile @Nullable SpoolDirectory directory;
  private volatile long offUntilNanos = System.nanoTime();
  private volatile boolean off;
  private volatile boolean closing;

  private Spool(
      SpoolOptions options,
      BufferOptions batches,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.options = options;
    this.replay = new Replay(this, ahead, options, batches, letters, pause, telemetry);
    telemetry.observe(Instrument.SPOOL_BYTES, () -> look(WaitingFiles::bytes));
    telemetry.observe(Instrument.SPOOL_FILES, () -> look(WaitingFiles::files));
    telemetry.observe(Instrument.SPOOL_ROWS, () -> look(WaitingFiles::rows));
    telemetry.observe(Instrument.SPOOL_QUARANTINED, quarantined::sum);
    telemetry.observe(Instrument.SPOOL_FAILURES, failures::sum);
    telemetry.observe(Instrument.SPOOL_FULL, full::sum);
  }

  /**
   * Opens a spool; nothing is stored before {@link #start}.
   *
   * @param batches how many rows are stored in one go, and how long the end may take
   * @param required whether a directory that cannot be used is an error; else it is tried again
   * @throws ConflictException when another process uses it
   * @throws ConfigException when it cannot be used
   */
  public static Spool open(
      SpoolOptions options,
      boolean required,
      BufferOptions batches,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    Spool spool = new Spool(options, batches, letters, pause, telemetry);
    if (required) {
      spool.directory = SpoolDirectory.open(options.directory(), options.maxBytes(), spool.ahead);
    } else {
      spool.tryOpen();
    }
    return spool;
  }

  /** Adds a kind of rows; before the start. */
  public <T> SpoolLane<T> lane(RowKind<T> kind, RowStore<T> store) {
    SpoolLane<T> lane = new SpoolLane<>(this, kind, store);
    lanes.put(kind.name(), lane);
    return lane;
  }

  /** Begins to store what waits. */
  public void start() {
    replay.start();
  }

  /** Stores no backlog any more and takes what the buffers still hold. */
  public void closing() {
    closing = true;
    replay.closing();
  }

  /** Ends the replay; what waits is for the next process. */
  @Override
  public void close() {
    closing();
    replay.close();
  }

  /** One of the two threads has ended; the second one lets the next process in. */
  public void leave() {
    if (users.decrementAndGet() == 0) {
      abandon();
    }
  }

  /** Lets the next process in; for a spool that nobody came to use. */
  public void abandon() {
    SpoolDirectory open = directory;
    ahead.close();
    if (open != null) {
      open.close();
    }
  }

  /** How many rows wait, those of earlier processes included. */
  public long rows() {
    return look(WaitingFiles::rows);
  }

  /** Waits until no row does, nothing is stored for now, or the time is up. */
  public void awaitEmpty(long timeoutNanos, BooleanSupplier holds) {
    long deadline = System.nanoTime() + timeoutNanos;
    while (rows() > 0
        && !holds.getAsBoolean()
        && System.nanoTime() - deadline < 0
        && !Thread.currentThread().isInterrupted()) {
      replay.wake();
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  boolean takes(boolean storeFails, boolean aboveMark) {
    SpoolDirectory open = directory;
    if (open == null || rests()) {
      return false;
    }
    return options.durability() == Durability.SPOOL_FIRST
        || !open.waiting().passed(Long.MAX_VALUE)
        || (storeFails && (aboveMark || closing));
  }

  boolean append(
      String kind,
      int version,
      int count,
      Iterable<EncodedRows> parts,
      boolean fresh,
      Runnable kept)
      throws IOException {
    SpoolDirectory open = directory;
    if (open == null || rests()) {
      return false;
    }
    boolean first = fresh && options.durability() == Durability.SPOOL_FIRST;
    long serial = open.waiting().nextSerial();
    if (first) {
      neverSent.add(serial);
    } else {
      neverSent.remove(serial); // of an attempt that the disk refused
    }
    Optional<SpoolName> name = open.append(kind, version, count, parts, kept);
    if (name.isEmpty()) {
      neverSent.remove(serial);
      full.increment();
      rest(FULL_NANOS);
      return false;
    }
    if (off) {
      off = false;
      LOG.info("spool {} works again", options.directory());
    }
    replay.wake();
    return true;
  }

  void refused(Exception e) {
    failures.increment();
    rest(OFF_NANOS);
    if (!off) {
      off = true;
      LOG.warn(
          "spool {} is off, rows stay in memory meanwhile: {}", options.directory(), e.toString());
    }
  }

  /** Opens the directory if it is not open. */
  @Nullable SpoolDirectory tryOpen() {
    if (directory == null && !closing && !rests()) {
      try {
        directory = SpoolDirectory.open(options.directory(), options.maxBytes(), ahead);
      } catch (MlInfraException e) {
        refused(e);
      }
    }
    return directory;
  }

  /** Whether a file is new to the store; asked once. */
  boolean isFirstAttempt(SpoolName name) {
    return neverSent.remove(name.serial());
  }

  @Nullable SpoolLane<?> lane(String kind) {
    return lanes.get(kind);
  }

  long newest() {
    return look(WaitingFiles::newestOwn);
  }

  boolean passed(long mark) {
    SpoolDirectory open = directory;
    return open == null || open.waiting().passed(mark);
  }

  private long look(ToLongFunction<WaitingFiles> at) {
    SpoolDirectory open = directory;
    return open == null ? 0 : at.applyAsLong(open.waiting());
  }

  private boolean rests() {
    return !closing && System.nanoTime() - offUntilNanos < 0;
  }

  private void rest(long nanos) {
    offUntilNanos = System.nanoTime() + nanos;
  }
}
