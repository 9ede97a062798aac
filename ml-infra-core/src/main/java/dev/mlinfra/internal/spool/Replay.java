package dev.mlinfra.internal.spool;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.runtime.Attempts;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The thread that stores what the spool holds, in the order of its writing. What was there before,
 * or what waited because the store failed, is stored at a bounded rate.
 */
final class Replay implements AutoCloseable {
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final long IDLE_NANOS = 100_000_000;
  private static final long NANOS = 1_000_000_000;

  private final Spool spool;
  private final DiskExecutor ahead;
  private final SpoolFileReader reader;
  private final int rowsPerSecond;
  private final int rowsAtOnce;
  private final Optional<DeadLetterStore> letters;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final Attempts attempts = new Attempts(Replay.class, "spool", BACKOFF);
  private final RepeatingTask task;
  private @Nullable ReplayedFiles current;
  private boolean lookedInVain;
  private long backlogUpTo;
  private long begunAtNanos;
  private long notBeforeNanos = System.nanoTime();
  private volatile boolean closing;

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
    this.letters = letters;
    this.pause = pause;
    this.telemetry = telemetry;
    this.task =
        RepeatingTask.named("ml-infra-decision-replay", this::turn)
            .drains(batches.closeTimeout(), () -> lookedInVain && !looksForPause())
            .leaves("its file waits for the next process")
            .atEnd(spool::leave)
            .build();
  }

  void start() {
    task.start();
  }

  void wake() {
    task.wake();
  }

  /** From now on only what is new and stored without trouble. */
  void closing() {
    closing = true;
    wake();
  }

  @Override
  public void close() {
    task.close();
  }

  private long turn() {
    boolean ending = task.closing();
    lookedInVain = ending; // also when it fails
    long rest = step(System.nanoTime());
    lookedInVain = ending && rest > 0;
    return rest;
  }

  /** Whether it is not known yet if the library is paused. */
  private boolean looksForPause() {
    return pause.holds() && !pause.paused();
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
        loaded.files().stream()
                .map(SpoolFileReader.ReadFile::name)
                .filter(spool::isFirstAttempt)
                .count()
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
      attempts.succeeded();
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
    files.countFailure();
    backlogUpTo = Math.max(backlogUpTo, directory.waiting().newestOwn());
    long pauseNanos = attempts.failed("could not be stored", e);
    notBeforeNanos = System.nanoTime() + pauseNanos;
    return pauseNanos;
  }
}
