package dev.mlinfra.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for a condition with a deadline far beyond what a healthy run needs. It asks ever more
 * seldom, since what is asked is often a server that the test shares its processors with.
 *
 * @since 0.1
 */
public final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long FIRST_PAUSE_NANOS = 2_000_000;
  private static final long LONGEST_PAUSE_NANOS = 200_000_000;

  private Await() {}

  /**
   * Waits at most 60 seconds. Blocks.
   *
   * @param what what the condition means, for the failure
   * @param condition asked again and again
   * @throws AssertionError when it does not become true
   * @since 0.1
   */
  public static void until(String what, BooleanSupplier condition) {
    until(what, PATIENCE, condition);
  }

  /**
   * Waits. Blocks.
   *
   * @param what what the condition means, for the failure
   * @param patience longest wait
   * @param condition asked again and again
   * @throws AssertionError when it does not become true
   * @since 0.1
   */
  public static void until(String what, Duration patience, BooleanSupplier condition) {
    long deadline = System.nanoTime() + patience.toNanos();
    long pause = FIRST_PAUSE_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + patience.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(pause);
      pause = Math.min(pause * 3 / 2, LONGEST_PAUSE_NANOS);
    }
  }

  /**
   * Waits at most 60 seconds until an action ends without an exception. Blocks.
   *
   * @param what what the action does, for the failure
   * @param action repeated until it succeeds
   * @throws AssertionError when it does not
   * @since 0.1
   */
  public static void success(String what, Runnable action) {
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
