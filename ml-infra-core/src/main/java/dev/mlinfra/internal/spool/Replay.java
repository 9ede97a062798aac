package dev.mlinfra.internal.spool;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that stores what the spool holds, in the order of its writing. What was there before,
 * or what waited because the store failed, is stored at a bounded rate.
 */
final class Replay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final long IDLE_NANOS = 100_000_000;
  private static final long NANOS = 1_000_000_000;

  private final Spool spool;
  private final DiskExecutor ahead;
  private final SpoolFileReader reader;
  private final int rowsPerSecond;
  private final int rowsAtOnce;
  private final Duration closeTimeout;
  private final Optional<DeadLetterStore> letters;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final Thread thread = new Thread(this::run, "ml-infra-decision-replay");
  private @Nullable ReplayedFiles current;
  private int failures;
  private long backlogUpTo;
  private long begunAtNanos;
  private long notBeforeNanos = System.nanoTime();
  private volatile boolean closing;
  private volatile boolean ending;

  Replay(
      Spool spool,
      DiskExecutor ahead,
      SpoolOptions options,
      BufferOptions batches,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.spool = spool;
    this.ahead = ahead;
    this.reader = new SpoolFileReader(ahead);
    this.rowsPerSecond = options.replayRowsPerSecond();
    this.rowsAtOnce = Math.min(batches.maxBatchRows(), rowsPerSecond / 10);
    this.closeTimeout = batches.closeTimeout();
    this.letters = letters;
    this.pause = pause;
    this.telemetry = telemetry;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  /** From now on only what is new and stored without trouble. */
  void closing() {
    closing = true;
    wake();
  }

  @Override
  public void close() {
    ending = true;
    wake();
    Timeouts.join(thread, closeTimeout.plus(GRACE));
    if (thread.isAlive()) {
      thread.interrupt(); // it may wait for a connection to a server that is away
      Timeouts.join(thread, GRACE);
    }
    if (thread.isAlive()) {
      LOG.warn("{} is still in a blocked write; its file waits for the next process", thread);
    }
  }

  private void run() {
    long deadline = Long.MAX_VALUE;
    try {
      while (true) {
        if (ending && deadline == Long.MAX_VALUE) {
          deadline = System.nanoTime() + closeTimeout.toNanos();
        }
        long rest = guardedStep();
        if (ending && ((rest > 0 && !looksForPause()) || System.nanoTime() - deadline >= 0)) {
          return;
        }
        if (rest > 0) {
          LockSupport.parkNanos(rest);
          boolean ignored = Thread.interrupted();
        }
      }
    } finally {
      spool.leave();
    }
  }

  /** Whether it is not known yet if the library is paused. */
  private boolean looksForPause() {
    return pause.holds() && !pause.paused();
  }

  @SuppressWarnings("CatchingUnchecked") // lack of memory, say, must not end the replay
  private long guardedStep() {
    try {
      return step(System.nanoTime());
    } catch (Throwable e) {
      LOG.error("replay could not go on and tries again: {}", e.toString());
      return NANOS;
    }
  }

  /** Does the next piece of work and returns how long the thread may rest. */
  private long step(long now) {
    SpoolDirectory directory = spool.tryOpen();
    if (directory == null || pause.holds()) {
      return IDLE_NANOS;
    }
    if (now - notBeforeNanos < 0) {
      return notBeforeNanos - now;
    }
    ReplayedFiles files = current == null ? next(directory) : current;
    if (files == null) {
      return reader.failed() ? NANOS : IDLE_NANOS;
    }
    current = files;
    if (!files.isDone()) {
      return send(directory, files);
    }
    current = null;
    files.settle(directory, ahead);
    if (isBacklog(directory, files.newest())) {
      notBeforeNanos = begunAtNanos + files.rows() * NANOS / rowsPerSecond;
    }
    return 0;
  }

  private boolean isBacklog(SpoolDirectory directory, SpoolName name) {
    return !directory.waiting().isOwn(name) || name.serial() <= backlogUpTo;
  }

  /** Small files go together: a transaction for each would store them slower than they come. */
  private @Nullable ReplayedFiles next(SpoolDirectory directory) {
    List<SpoolName> names = directory.waiting().oldest(rowsAtOnce);
    if (names.isEmpty() || (closing && isBacklog(directory, names.get(0)))) {
      return null;
    }
    begunAtNanos = System.nanoTime();
    SpoolFileReader.Loaded loaded = reader.read(directory, names);
    if (loaded.files().isEmpty()) {
      return null;
    }
    SpoolName last = loaded.files().get(loaded.files().size() - 1).name();
    reader.begin(directory, directory.waiting().oldestBehind(last, rowsAtOnce));
    boolean first =
        loaded.files().stream().map(SpoolFile::name).filter(spool::isFirstAttempt).count()
            == loaded.files().size();
    if (!first) {
      backlogUpTo = Math.max(backlogUpTo, last.serial());
    }
    return new ReplayedFiles(spool, loaded, first, letters, telemetry);
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the replay
  private long send(SpoolDirectory directory, ReplayedFiles files) {
    try {
      files.storeNext();
      if (failures > 0) {
        LOG.info("spool is stored again after {} failed attempts", failures);
      }
      failures = 0;
      return 0;
    } catch (CorruptDataException e) {
      return halve(directory, files, e);
    } catch (MlInfraException | VirtualMachineError e) {
      return failed(directory, files, e);
    } catch (Throwable e) {
      return halve(directory, files, e);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the replay
  private long halve(SpoolDirectory directory, ReplayedFiles files, Throwable cause) {
    try {
      files.halveOrPark(cause);
      return 0;
    } catch (Throwable e) {
      return failed(directory, files, e);
    }
  }

  private long failed(SpoolDirectory directory, ReplayedFiles files, Throwable e) {
    failures++;
    files.countFailure();
    backlogUpTo = Math.max(backlogUpTo, directory.waiting().newestOwn());
    long pauseNanos = BACKOFF.pauseNanos(failures);
    notBeforeNanos = System.nanoTime() + pauseNanos;
    if (Integer.bitCount(failures) == 1) {
      LOG.warn(
          "spool could not be stored (attempt {}, next in {} ms): {}",
          failures,
          pauseNanos / 1_000_000,
          ReplayedFiles.oneLine(e));
    }
    return pauseNanos;
  }
}
