package dev.mlinfra.monitoring.exporter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one run of a probe ended.
 *
 * @param samples what it saw; empty when it failed
 * @param fault why it failed, one line, or null
 * @param nanos how long it took
 * @param endNanos when it ended, on the clock of {@link System#nanoTime()}
 */
record Outcome(List<Sample> samples, @Nullable String fault, long nanos, long endNanos) {
  /** Before the first run ended. */
  static final Outcome NONE = new Outcome(List.of(), "has not run yet", 0, 0);

  boolean ran() {
    return nanos != 0;
  }
}
