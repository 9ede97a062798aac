package dev.mlinfra.storage.internal.mlflow;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Keeps callers from waiting again and again for a server that is down. Thread-safe. */
final class Breaker {
  private static final int FAILURES_TO_OPEN = 3;
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final Clock clock;
  private final Object lock = new Object();
  private int failures;
  private Instant openUntil = Instant.MIN;

  Breaker(Clock clock) {
    this.clock = clock;
  }

  /** Whether a call is worth while. */
  boolean allows() {
    synchronized (lock) {
      return !clock.instant().isBefore(openUntil);
    }
  }

  void succeeded() {
    synchronized (lock) {
      failures = 0;
    }
  }

  void failed() {
    synchronized (lock) {
      failures++;
      if (failures >= FAILURES_TO_OPEN) {
        openUntil = clock.instant().plus(PAUSE);
      }
    }
  }
}
