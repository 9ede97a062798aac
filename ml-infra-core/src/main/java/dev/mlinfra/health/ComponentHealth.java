package dev.mlinfra.health;

import java.time.Duration;
import java.util.Objects;

/**
 * What one component says of itself. Immutable.
 *
 * @param component its name, as {@code postgres}
 * @param status up, degraded or down
 * @param detail one line: version and capabilities, or what is wrong and what to do
 * @param latency how long the answer took
 * @since 0.1
 */
public record ComponentHealth(String component, Status status, String detail, Duration latency) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public ComponentHealth {
    Objects.requireNonNull(component, "component");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(latency, "latency");
  }

  /**
   * How a component is.
   *
   * @since 0.1
   */
  public enum Status {
    /** Answers as it should. */
    UP,
    /** Answers, but something needs attention. */
    DEGRADED,
    /** Does not answer. */
    DOWN
  }
}
