package dev.mlinfra.health;

import java.util.List;

/**
 * The health of every installed component. Immutable.
 *
 * @param components one entry a component, in the order of installation
 * @since 0.1
 */
public record HealthReport(List<ComponentHealth> components) {
  /**
   * Copies the list.
   *
   * @since 0.1
   */
  public HealthReport {
    components = List.copyOf(components);
  }

  /**
   * Says whether no component is down.
   *
   * @return true when all answer
   * @since 0.1
   */
  public boolean healthy() {
    return components.stream().noneMatch(c -> c.status() == ComponentHealth.Status.DOWN);
  }
}
