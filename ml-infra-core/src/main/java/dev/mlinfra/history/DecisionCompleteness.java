package dev.mlinfra.history;

import java.time.Instant;
import java.util.Objects;

/**
 * How many decisions of one process and minute the store has and how many it misses. A process
 * numbers its decisions from 1 without gaps; a number without a row was dropped, parked or lost. It
 * counts in the minute of the next decision that is there. Immutable.
 *
 * @param source the process, as {@code ranker-0190c7...}
 * @param minute its start, by the times of the decisions
 * @param firstNumber the lowest number of the minute, stored or missing
 * @param lastNumber the highest number of the minute, stored or missing
 * @param stored how many are stored
 * @param missing how many are missing; those that were forgotten or expired are not
 * @since 0.1
 */
public record DecisionCompleteness(
    String source, Instant minute, long firstNumber, long lastNumber, long stored, long missing) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public DecisionCompleteness {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(minute, "minute");
  }

  /**
   * Returns the stored part of the minute.
   *
   * @return 1 when nothing is missing, 0 when all is
   * @since 0.1
   */
  public double ratio() {
    return missing == 0 ? 1 : (double) stored / (stored + missing);
  }
}
