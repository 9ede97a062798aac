package dev.mlinfra.feature;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * One question to the past: what was known of an entity at a time. Immutable.
 *
 * @param entity whose features
 * @param at no value that became true or known after this time is used; kept to the microsecond
 * @since 0.1
 */
public record AsOf(String entity, Instant at) {
  /**
   * Checks that nothing is null and cuts the time to microseconds.
   *
   * @since 0.1
   */
  public AsOf {
    Objects.requireNonNull(entity, "entity");
    at = Objects.requireNonNull(at, "at").truncatedTo(ChronoUnit.MICROS);
  }
}
