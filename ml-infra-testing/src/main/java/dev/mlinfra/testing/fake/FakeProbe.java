package dev.mlinfra.testing.fake;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Says which parts are faulty and counts what they hold. */
final class FakeProbe implements HealthProbe {
  private final String component;
  private final Faulty faulty;
  private final Supplier<List<InventoryItem>> counts;

  FakeProbe(String component, Faulty faulty, Supplier<List<InventoryItem>> counts) {
    this.component = component;
    this.faulty = faulty;
    this.counts = counts;
  }

  @Override
  public String component() {
    return component;
  }

  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    try {
      List<String> faults = faulty.call(Call.of(Part.PROBE), budget, faulty::describe);
      return faults.isEmpty()
          ? health(Status.UP, "in memory", start)
          : health(Status.DEGRADED, String.join(", ", faults) + "; heal() it", start);
    } catch (MlInfraException e) {
      return health(Status.DOWN, String.valueOf(e.getMessage()), start);
    }
  }

  @Override
  public List<InventoryItem> inventory() {
    return faulty.call(Part.PROBE, counts);
  }

  private ComponentHealth health(Status status, String detail, long start) {
    return new ComponentHealth(
        component, status, detail, Duration.ofNanos(System.nanoTime() - start));
  }
}
