package dev.mlinfra;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Never answers. */
final class HangingProbe implements HealthProbe {
  @Override
  public String component() {
    return "hanging";
  }

  @Override
  public ComponentHealth check(Duration budget) {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new ComponentHealth("hanging", ComponentHealth.Status.UP, "too late", budget);
  }

  @Override
  public List<InventoryItem> inventory() {
    return List.of();
  }
}
