package dev.mlinfra.postgres;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition with a deadline. */
final class Awaits {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Awaits() {}

  static void until(BooleanSupplier condition) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not so within " + DEADLINE);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
