package dev.mlinfra.spi.runtime;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that takes turns until it is closed. Whatever a turn throws, lack of memory included, is
 * logged now and then and followed by a back-off; an interrupt that is not the task's own is
 * forgotten after the turn, so that it neither ends the thread nor makes it spin. Thread-safe.
 *
 * @since 0.1
 */
public final class RepeatingTask implements AutoCloseable {
  /**
   * A rest that ends when somebody wakes the task.
   *
   * @since 0.1
   */
  public static final long UNTIL_WOKEN = Long.MAX_VALUE;

  /**
   * How long a thread rests before it looks again whether the library is still paused.
   *
   * @since 0.1
   */
  public static final long PAUSED_NANOS = 50_000_000;

  /**
   * One turn.
   *
   * @since 0.1
   */
  @FunctionalInterface
  public interface Turn {
    /**
     * Does the next piece of work.
     *
     * @return how long to rest before the next turn, in nanoseconds; zero to go on at once
     * @throws Exception whatever failed; the next turn comes after the back-off
     * @since 0.1
     */
    long take() throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(RepeatingTask.class);
  static final Duration GRACE = Duration.ofSeconds(1);
  private static final long DRAIN_NANOS = 2_000_000;

  private final String name;
  private final Turn turn;
  private final BooleanSupplier paused;
  private final String failing;
  private final Attempts attempts;
  private final Duration closeWait;
  private final Duration drainTime;
  private final BooleanSupplier drained;
  private final String leftBehind;
  private final Runnable atEnd;
  private final Thread thread;
  private final Object lock = new Object();
  private boolean started;
  private boolean released;
  private volatile boolean woken;
  private volatile boolean closing;
  private volatile long deadlineNanos;

  RepeatingTask(TaskBuilder from) {
    this.name = from.name;
    this.turn = from.turn;
    this.paused = from.paused;
    this.failing = from.failing;
    this.attempts = new Attempts(RepeatingTask.class, name, from.backoff);
    this.closeWait = from.closeWait;
    this.drainTime = from.drainTime;
    this.drained = from.drained;
    this.leftBehind = from.leftBehind;
    this.atEnd = from.atEnd;
    this.thread = Daemons.thread(name, this::run);
  }

  /**
   * Begins to describe a task.
   *
   * @param name the name of its thread, as {@code ml-infra-decision-writer}
   * @param turn what it does; called by its thread only
   * @return a builder
   * @since 0.1
   */
  public static TaskBuilder named(String name, Turn turn) {
    return new TaskBuilder(name, turn);
  }

  /**
   * Starts the thread, unless it was started before. Of one that was closed before, only what comes
   * at the end is done, on the caller's thread.
   *
   * @since 0.1
   */
  public void start() {
    synchronized (lock) {
      if (started || released) {
        return;
      }
      if (!closing) {
        thread.start(); // may fail for lack of memory, and be asked for again
        started = true;
        return;
      }
      released = true;
    }
    atEnd.run();
  }

  /**
   * Lets the next turn come at once, unless the last one failed.
   *
   * @since 0.1
   */
  public void wake() {
    woken = true;
    LockSupport.unpark(thread);
  }

  /**
   * Waits within a turn while the library is paused. Blocks; only for the task's own thread.
   *
   * @return false when the task was closed meanwhile
   * @since 0.1
   */
  public boolean awaitResume() {
    while (paused.getAsBoolean()) {
      if (over()) {
        return false;
      }
      rest(PAUSED_NANOS, false);
    }
    return true;
  }

  /**
   * Whether it was told to end.
   *
   * @return true from the first call of {@link #stop()} or {@link #close()} on
   * @since 0.1
   */
  public boolean closing() {
    return closing;
  }

  /**
   * Tells it to end after the turn in hand, or once it is drained. Does not wait.
   *
   * @since 0.1
   */
  public void stop() {
    synchronized (lock) {
      if (!closing) {
        deadlineNanos = System.nanoTime() + drainTime.toNanos();
        closing = true; // last, since it says that there is a deadline
      }
    }
    LockSupport.unpark(thread);
  }

  /**
   * Stops it and waits; when the time is up it is interrupted, and a second later left behind. Does
   * not wait when called from a turn.
   *
   * @return whether it had been started and ended without an interrupt
   * @since 0.1
   */
  public boolean end() {
    stop();
    if (Thread.currentThread() == thread) {
      return false;
    }
    Timeouts.join(thread, closeWait);
    if (thread.isAlive()) {
      thread.interrupt();
      Timeouts.join(thread, GRACE);
      if (thread.isAlive()) {
        LOG.warn("{} is still in a blocked call; {}", name, leftBehind);
      }
      return false;
    }
    synchronized (lock) {
      return started;
    }
  }

  /**
   * The same as {@link #end()}.
   *
   * @since 0.1
   */
  @Override
  public void close() {
    boolean ignored = end();
  }

  private void run() {
    try {
      while (!over()) {
        woken = false;
        turn();
      }
    } finally {
      atEnd.run();
    }
  }

  private boolean over() {
    return closing && (System.nanoTime() - deadlineNanos >= 0 || drained.getAsBoolean());
  }

  @SuppressWarnings("CatchingUnchecked") // lack of memory, say, must not end the thread
  private void turn() {
    try {
      if (awaitResume()) {
        long rest = turn.take();
        attempts.succeeded();
        rest(rest, true);
      }
    } catch (Throwable e) {
      rest(over() ? 0 : attempts.failed(failing, e), false);
    }
  }

  /** The interrupt is cleared first, since it would make every park return at once. */
  private void rest(long nanos, boolean wakeable) {
    boolean ignored = Thread.interrupted();
    boolean draining = closing;
    long left = draining ? Math.min(nanos, DRAIN_NANOS) : nanos;
    long end = System.nanoTime() + left;
    while (left > 0 && !(wakeable && woken) && closing == draining) {
      LockSupport.parkNanos(this, left);
      ignored = Thread.interrupted();
      left = end - System.nanoTime();
    }
  }
}
