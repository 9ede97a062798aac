package dev.mlinfra.spi.runtime;

import java.time.Duration;

/**
 * Keeps waits within what fits in nanoseconds.
 *
 * @since 0.1
 */
public final class Timeouts {
  /**
   * Longer than any process runs, and short enough for sums of a few in nanoseconds.
   *
   * @since 0.1
   */
  public static final Duration LONGEST = Duration.ofDays(50_000);

  private Timeouts() {}

  /**
   * Bounds a wait.
   *
   * @param wait any
   * @return the same, not below zero and not above {@link #LONGEST}
   * @since 0.1
   */
  public static Duration bounded(Duration wait) {
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  /**
   * Waits for a thread to end. An interrupt does not cut the wait short, since what the thread
   * still holds would be lost; it is set again afterwards.
   *
   * @param thread may not have been started
   * @param longest the longest wait
   * @since 0.1
   */
  public static void join(Thread thread, Duration longest) {
    long deadline = System.nanoTime() + bounded(longest).toNanos();
    boolean interrupted = false;
    while (thread.isAlive()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        thread.join(Math.max(1, left / 1_000_000));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
