package dev.mlinfra.exporter;

import dev.mlinfra.error.TimedOutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The end of the time that one run of a probe has. */
final class Deadline {
  private final Duration budget;
  private final long endNanos;

  private Deadline(Duration budget) {
    this.budget = budget;
    this.endNanos = System.nanoTime() + budget.toNanos();
  }

  static Deadline in(Duration budget) {
    return new Deadline(budget);
  }

  boolean passed() {
    return endNanos - System.nanoTime() <= 0;
  }

  /**
   * What is left, at least a millisecond.
   *
   * @throws TimedOutException when nothing is
   */
  Duration left(String subject) {
    long nanos = endNanos - System.nanoTime();
    if (nanos <= 0) {
      throw timedOut(subject, null);
    }
    return Duration.ofNanos(Math.max(nanos, 1_000_000));
  }

  TimedOutException timedOut(String subject, @Nullable Throwable cause) {
    return new TimedOutException(
        subject
            + " gave no answer in "
            + budget.toMillis()
            + " ms; check that the server runs, or give the probe a longer timeout",
        cause);
  }
}
