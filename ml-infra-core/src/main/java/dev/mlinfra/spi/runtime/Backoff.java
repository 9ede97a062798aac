package dev.mlinfra.spi.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Exponential back-off with jitter: the n-th pause is between half of and the whole of {@code min *
 * 2^(n-1)}, never above the maximum. Immutable.
 *
 * @param min the first pause at its longest
 * @param max the longest pause
 * @since 0.1
 */
public record Backoff(Duration min, Duration max) {
  private static final int MAX_DOUBLINGS = 30;

  /**
   * The pause after a number of failures.
   *
   * @param failures how many there were in a row
   * @return the pause in nanoseconds
   * @since 0.1
   */
  public long pauseNanos(int failures) {
    long bound = max.toNanos();
    int doublings = Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS);
    long full = min.toNanos() > bound >> doublings ? bound : min.toNanos() << doublings;
    return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
  }
}
