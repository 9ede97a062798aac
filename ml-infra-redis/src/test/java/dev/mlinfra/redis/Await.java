package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, at most a generous while. */
final class Await {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private Await() {}

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    boolean met = condition.getAsBoolean();
    while (!met && System.nanoTime() < deadline) {
      LockSupport.parkNanos(2_000_000);
      met = condition.getAsBoolean();
    }
    assertThat(met).as(what).isTrue();
  }

  /** Waits until an action ends without an exception. */
  static void success(String what, Runnable action) {
    until(
        what,
        () -> {
          try {
            action.run();
            return true;
          } catch (RuntimeException e) {
            return false;
          }
        });
  }
}
