package dev.mlinfra.internal.spool;

import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.buffer.Backoff;
import dev.mlinfra.internal.pause.PauseSwitch;
import dev.mlinfra.internal.time.Patience;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.telemetry.Telemetry;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that stores what the spool holds, file by file in the order of their writing. What was
 * there before, or what waited because the store failed, is stored at a bounded rate.
 */
final class Replay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replay.class);
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final long IDLE_NANOS = 100_000_000;
  private static final long NANOS = 1_000_000_000;
  private static final int MAX_READS = 3;

  private final Spool spool;
  private final int rowsPerSecond;
  private final Duration closeTimeout;
  private final Optional<DeadLetterStore> letters;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final Thread thread = new Thread(this::run, "ml-infra-decision-replay");
  private @Nullable ReplayedFile current;
  private int failures;
  private int failedReads;
  private long backlogUpTo;
  private long notBeforeNanos = System.nanoTime();
  private volatile boolean closing;
  private volatile boolean ending;

  Replay(
      Spool spool,
      SpoolOptions options,
      Duration closeTimeout,
      Optional<DeadLetterStore> letters,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.spool = spool;
    this.rowsPerSecond = options.replayRowsPerSecond();
    this.closeTimeout = closeTimeout;
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
    Patience.join(thread, closeTimeout.plus(GRACE));
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
    ReplayedFile file = current == null ? next(directory) : current;
    if (file == null) {
      return failedReads > 0 ? NANOS : IDLE_NANOS;
    }
    current = file;
    if (!file.isDone()) {
      return send(directory, file);
    }
    current = null;
    try {
      file.settle(directory);
    } catch (IOException e) {
      spool.refused(e); // the next process finds it again, and the store knows its rows
    }
    if (isBacklog(directory, file.name())) {
      notBeforeNanos = System.nanoTime() + file.name().rows() * NANOS / rowsPerSecond;
    }
    return 0;
  }

  private boolean isBacklog(SpoolDirectory directory, SpoolName name) {
    return !directory.isOwn(name) || name.serial() <= backlogUpTo;
  }

  private @Nullable ReplayedFile next(SpoolDirectory directory) {
    Optional<SpoolName> oldest = directory.oldest();
    if (oldest.isEmpty() || (closing && isBacklog(directory, oldest.get()))) {
      return null;
    }
    SpoolName name = oldest.get();
    boolean first = spool.isFirstAttempt(name);
    if (!first) {
      backlogUpTo = Math.max(backlogUpTo, name.serial());
    }
    try {
      ReplayedFile file = ReplayedFile.load(spool, directory, name, first, letters, telemetry);
      failedReads = 0;
      return file;
    } catch (IOException e) {
      LOG.warn("spool file {} could not be read: {}", name.fileName(), e.toString());
      if (++failedReads < MAX_READS && !(e instanceof NoSuchFileException)) {
        return null;
      }
      failedReads = 0;
      return ReplayedFile.unreadable(spool, name, letters, telemetry);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the replay
  private long send(SpoolDirectory directory, ReplayedFile file) {
    try {
      file.storeNext();
      if (failures > 0) {
        LOG.info("spool is stored again after {} failed attempts", failures);
      }
      failures = 0;
      return 0;
    } catch (CorruptDataException e) {
      return halve(directory, file, e);
    } catch (MlInfraException | VirtualMachineError e) {
      return failed(directory, file, e);
    } catch (Throwable e) {
      return halve(directory, file, e);
    }
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the replay
  private long halve(SpoolDirectory directory, ReplayedFile file, Throwable cause) {
    try {
      file.halveOrPark(cause);
      return 0;
    } catch (Throwable e) {
      return failed(directory, file, e);
    }
  }

  private long failed(SpoolDirectory directory, ReplayedFile file, Throwable e) {
    failures++;
    file.countFailure();
    backlogUpTo = Math.max(backlogUpTo, directory.newestOwn());
    long pauseNanos = BACKOFF.pauseNanos(failures);
    notBeforeNanos = System.nanoTime() + pauseNanos;
    if (Integer.bitCount(failures) == 1) {
      LOG.warn(
          "spool could not be stored (attempt {}, next in {} ms): {}",
          failures,
          pauseNanos / 1_000_000,
          ReplayedFile.oneLine(e));
    }
    return pauseNanos;
  }
}
