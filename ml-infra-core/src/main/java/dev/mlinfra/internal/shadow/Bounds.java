package dev.mlinfra.internal.shadow;

import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.runtime.Backoff;
import java.time.Duration;

/** What each candidate of a comparison may use. */
record Bounds(Duration timeLimit, int threads, int maxQueued, int failures, Backoff backoff) {
  static final Bounds DEFAULTS =
      new Bounds(
          Duration.ofSeconds(1),
          1,
          100,
          5,
          new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)));

  void check(Faults faults) {
    faults
        .duration("shadow.timeLimit", timeLimit)
        .range("shadow.threads", threads, 1, 16)
        .range("shadow.maxQueued", maxQueued, 1, 100_000)
        .range("shadow.circuit.failures", failures, 1, 10_000)
        .duration("shadow.circuit.min", backoff.min())
        .duration("shadow.circuit.max", backoff.max());
    if (backoff.max().compareTo(backoff.min()) < 0) {
      faults.add(
          "shadow.circuit.max", backoff.max(), "must not be shorter than the first", "raise it");
    }
  }
}
