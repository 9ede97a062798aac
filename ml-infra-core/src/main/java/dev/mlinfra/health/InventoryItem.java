package dev.mlinfra.health;

import java.util.Objects;

/**
 * One count that was read back from a server. Immutable.
 *
 * @param component who counted, as {@code postgres}
 * @param name what was counted, as {@code agent_decisions}
 * @param value the count
 * @param unit of the count, as {@code rows}
 * @since 0.1
 */
public record InventoryItem(String component, String name, long value, String unit) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public InventoryItem {
    Objects.requireNonNull(component, "component");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(unit, "unit");
  }
}
