package dev.mlinfra.spi;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import java.time.Duration;
import java.util.List;

/**
 * Looks at one component. Thread-safe.
 *
 * @since 0.1
 */
public interface HealthProbe {
  /**
   * Returns the component's name.
   *
   * @return as {@code postgres}
   * @since 0.1
   */
  String component();

  /**
   * Asks the component how it is. Blocks at most for the budget and does not throw: an outage is a
   * {@code DOWN} whose detail says what is wrong and what to do.
   *
   * @param budget longest wait
   * @return the answer
   * @since 0.1
   */
  ComponentHealth check(Duration budget);

  /**
   * Counts what the component holds. Blocks.
   *
   * @return counts read from the server; empty when there is nothing to count
   * @throws dev.mlinfra.error.UnavailableException when the component does not answer
   * @since 0.1
   */
  List<InventoryItem> inventory();
}
