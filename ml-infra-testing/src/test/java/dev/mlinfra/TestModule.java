package dev.mlinfra;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A module whose parts are given by the test. */
public record TestModule(String name, List<String> faults, Consumer<Wiring> opening)
    implements InfraModule {
  public static TestModule of(String name, Consumer<Wiring> opening) {
    return new TestModule(name, List.of(), opening);
  }

  public static <T> TestModule providing(Class<T> part, T instance) {
    return of(part.getSimpleName(), wiring -> wiring.provide(part, instance));
  }

  public static HealthProbe probe(String component, ComponentHealth.Status status) {
    return new HealthProbe() {
      @Override
      public String component() {
        return component;
      }

      @Override
      public ComponentHealth check(Duration budget) {
        return new ComponentHealth(component, status, "as the test says", Duration.ZERO);
      }

      @Override
      public List<InventoryItem> inventory() {
        return List.of(new InventoryItem(component, "rows", 7, "rows"));
      }
    };
  }

  @Override
  public void open(Wiring wiring) {
    opening.accept(wiring);
  }
}
