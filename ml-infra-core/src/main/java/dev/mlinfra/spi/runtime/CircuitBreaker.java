package dev.mlinfra.spi.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Leaves alone what keeps failing. After a number of failures in a row it is open, and each further
 * failure lengthens the pause until it is worth another try. A caller either looks at {@link
 * #pause()} before each call, or asks {@link #admit()}, which lets one trial pass at a time. Counts
 * on a clock that no one sets. Thread-safe; nothing blocks.
 *
 * @since 0.1
 */
public final class CircuitBreaker {
  /**
   * Whether a call may be made.
   *
   * @since 0.1
   */
  public enum Admission {
    /** It may, like any other. */
    FREE,
    /** It may as the trial that decides; whoever made it must tell how it ended. */
    TRIAL,
    /** It may not. */
    REFUSED
  }

  private final int limit;
  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private int failures;
  private long retryAtNanos;
  private boolean trial;
  private volatile boolean open;

  /**
   * Makes a closed one.
   *
   * @param limit how many failures in a row open it
   * @param backoff how long it stays open before the next try
   * @since 0.1
   */
  public CircuitBreaker(int limit, Backoff backoff) {
    this(limit, backoff, System::nanoTime);
  }

  /**
   * The same with a clock of its own, for tests.
   *
   * @param limit how many failures in a row open it
   * @param backoff how long it stays open before the next try
   * @param nanoTime a clock like {@link System#nanoTime()}
   * @since 0.1
   */
  public CircuitBreaker(int limit, Backoff backoff, LongSupplier nanoTime) {
    this.limit = limit;
    this.backoff = backoff;
    this.nanoTime = nanoTime;
  }

  /**
   * Asks for a call.
   *
   * @return a trial must be ended by {@link #succeeded()}, {@link #failed(boolean)} or {@link
   *     #untried()}
   * @since 0.1
   */
  public Admission admit() {
    if (!open) {
      return Admission.FREE;
    }
    synchronized (this) {
      if (!open) {
        return Admission.FREE;
      }
      if (trial || leftNanos() > 0) {
        return Admission.REFUSED;
      }
      trial = true;
      return Admission.TRIAL;
    }
  }

  /**
   * Whether it has had too many failures in a row.
   *
   * @return true until the next success
   * @since 0.1
   */
  public boolean isOpen() {
    return open;
  }

  /**
   * How long no call is worth while.
   *
   * @return zero when one is
   * @since 0.1
   */
  public synchronized Duration pause() {
    return open && leftNanos() > 0 ? Duration.ofNanos(leftNanos()) : Duration.ZERO;
  }

  /**
   * How many calls failed in a row.
   *
   * @return the count since the last success
   * @since 0.1
   */
  public synchronized int failures() {
    return failures;
  }

  /**
   * Notes a success, which closes it.
   *
   * @since 0.1
   */
  public synchronized void succeeded() {
    failures = 0;
    trial = false;
    open = false;
  }

  /**
   * Notes a failure.
   *
   * @param ofTrial false for a call that was let pass before it opened, which counts no more then
   * @return whether this failure opened it
   * @since 0.1
   */
  public synchronized boolean failed(boolean ofTrial) {
    if (open && !ofTrial) {
      return false;
    }
    failures++;
    trial = false;
    if (failures >= limit) {
      open = true;
      retryAtNanos = nanoTime.getAsLong() + backoff.pauseNanos(failures - limit + 1);
    }
    return failures == limit;
  }

  /**
   * Notes a failure of a caller that looks at {@link #pause()}.
   *
   * @return whether this failure opened it
   * @since 0.1
   */
  public boolean failed() {
    return failed(true);
  }

  /**
   * Says that a trial could not be made.
   *
   * @since 0.1
   */
  public synchronized void untried() {
    trial = false;
  }

  private long leftNanos() {
    return retryAtNanos - nanoTime.getAsLong();
  }
}
