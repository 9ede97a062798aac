package dev.mlinfra;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A probe that answers once as many checks run as the latch counts. */
record MeetingProbe(CountDownLatch together) implements HealthProbe {
  @Override
  public String component() {
    return "meeting";
  }

  @Override
  public ComponentHealth check(Duration budget) {
    together.countDown();
    try {
      together.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new ComponentHealth(component(), ComponentHealth.Status.UP, "met", Duration.ZERO);
  }

  @Override
  public List<InventoryItem> inventory() {
    return List.of();
  }
}
