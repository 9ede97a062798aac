package dev.mlinfra.spi.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Keeps what happens again and again from filling the log: the first, second, fourth, eighth, ...
 * time is worth a line. Thread-safe.
 *
 * @since 0.1
 */
public final class LogThrottle {
  private final AtomicInteger times = new AtomicInteger();

  /**
   * Makes one that has counted nothing.
   *
   * @since 0.1
   */
  public LogThrottle() {}

  /**
   * Counts once more.
   *
   * @param line writes a line that says how often it happened; not called when this time is not
   *     worth one
   * @since 0.1
   */
  public void again(IntConsumer line) {
    int now = times.incrementAndGet();
    if (Integer.bitCount(now) == 1) {
      line.accept(now);
    }
  }

  /**
   * How often it happened since the start or the last reset.
   *
   * @return the count
   * @since 0.1
   */
  public int times() {
    return times.get();
  }

  /**
   * Begins to count anew.
   *
   * @return how often it had happened
   * @since 0.1
   */
  public int reset() {
    return times.get() == 0 ? 0 : times.getAndSet(0);
  }
}
