package dev.mlinfra.storage;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A module that was opened alone, and the parts it handed over. */
public final class Wired implements Wiring, AutoCloseable {
  private final Clock clock;
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final List<HealthProbe> probes = new ArrayList<>();
  private final List<AutoCloseable> resources = new ArrayList<>();

  private Wired(Clock clock) {
    this.clock = clock;
  }

  /** Opens a module as a whole would. */
  public static Wired open(InfraModule module) {
    return open(module, Clock.systemUTC());
  }

  static Wired open(InfraModule module, Clock clock) {
    if (!module.faults().isEmpty()) {
      throw new AssertionError(module.faults());
    }
    Wired wired = new Wired(clock);
    module.open(wired);
    return wired;
  }

  /** What the module provided. */
  public <T> T part(Class<T> part) {
    return part.cast(parts.get(part));
  }

  HealthProbe probe() {
    return probes.get(0);
  }

  @Override
  public String service() {
    return "ranker";
  }

  @Override
  public String source() {
    return "ranker-1";
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Telemetry telemetry() {
    return Telemetry.none();
  }

  @Override
  public List<FeatureView> views() {
    return List.of();
  }

  @Override
  public <T> void provide(Class<T> part, T instance) {
    parts.put(part, instance);
  }

  @Override
  public <T> Optional<T> find(Class<T> part) {
    return Optional.ofNullable(parts.get(part)).map(part::cast);
  }

  @Override
  public void probe(HealthProbe probe) {
    probes.add(probe);
  }

  @Override
  public void onClose(AutoCloseable resource) {
    resources.add(resource);
  }

  @Override
  public void close() {
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
