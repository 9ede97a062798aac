package dev.mlinfra.redis.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Tells a connection that no longer answers from one that is slow for a moment. Thread-safe. */
final class UnresponsiveDetector {
  private static final int MIN_TIMEOUTS = 3;

  private final long longestNanos;
  private final AtomicInteger timeouts = new AtomicInteger();
  private volatile long firstTimeoutNanos;

  /** Sets how long there may be no answer; zero means that the first time-out is enough. */
  UnresponsiveDetector(Duration longest) {
    this.longestNanos = longest.toNanos();
  }

  /** Notes an answer. */
  void answered() {
    if (timeouts.get() != 0) {
      timeouts.set(0);
    }
  }

  /** Notes a call without an answer. */
  void timedOut() {
    if (timeouts.getAndIncrement() == 0) {
      firstTimeoutNanos = System.nanoTime();
    }
  }

  /** Says whether the connection should be given up. */
  boolean tooLong() {
    int found = timeouts.get();
    return longestNanos == 0
        ? found > 0
        : found >= MIN_TIMEOUTS && System.nanoTime() - firstTimeoutNanos > longestNanos;
  }
}
