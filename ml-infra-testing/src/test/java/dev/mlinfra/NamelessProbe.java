package dev.mlinfra;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import java.time.Duration;
import java.util.List;

/** A probe that cannot say which component it asks. */
final class NamelessProbe implements HealthProbe {
  @Override
  public String component() {
    throw new IllegalStateException("by the test");
  }

  @Override
  public ComponentHealth check(Duration budget) {
    throw new IllegalStateException("by the test");
  }

  @Override
  public List<InventoryItem> inventory() {
    return List.of();
  }
}
