package dev.mlinfra.spi.check;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What an event time must be: from 1970 to at most one day ahead of the clock. A time beyond that
 * is in the wrong unit or of a wrong clock.
 *
 * @since 0.1
 */
public final class EventTime {
  private static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private EventTime() {}

  /**
   * Says whether a time can be stored.
   *
   * @param at any time
   * @param now what the clock says
   * @return true from 1970 to a day ahead of now
   * @since 0.1
   */
  public static boolean allows(Instant at, Instant now) {
    return !at.isBefore(Instant.EPOCH) && !at.isAfter(now.plus(CLOCK_SKEW));
  }

  /**
   * Describes what is wrong with a time.
   *
   * @param subject what is checked, as {@code decision.decidedAt}
   * @param at any time
   * @param now what the clock says
   * @return one line, or empty when it can be stored
   * @since 0.1
   */
  public static Optional<String> fault(String subject, Instant at, Instant now) {
    return allows(at, now)
        ? Optional.empty()
        : Optional.of(
            Faults.line(
                subject,
                at,
                "must be from 1970 to at most one day ahead of the clock",
                "check the unit and the clock"));
  }
}
