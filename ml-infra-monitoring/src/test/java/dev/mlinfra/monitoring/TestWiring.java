package dev.mlinfra.monitoring;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Opens a module as core does, without the rest of core. */
final class TestWiring implements Wiring, AutoCloseable {
  private final String service;
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private Telemetry telemetry = Telemetry.none();

  private TestWiring(String service) {
    this.service = service;
  }

  static TestWiring open(Monitoring monitoring, String service) {
    TestWiring wiring = new TestWiring(service);
    monitoring.open(wiring);
    return wiring;
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public String source() {
    return service + "-1";
  }

  @Override
  public Clock clock() {
    return Clock.systemUTC();
  }

  @Override
  public Telemetry telemetry() {
    return telemetry;
  }

  @Override
  public List<FeatureView> views() {
    return List.of();
  }

  @Override
  public <T> void provide(Class<T> part, T instance) {
    telemetry = (Telemetry) instance;
  }

  @Override
  public <T> Optional<T> find(Class<T> part) {
    return Optional.empty();
  }

  @Override
  public void probe(HealthProbe probe) {
    throw new UnsupportedOperationException("monitoring has no probe");
  }

  @Override
  public void onClose(AutoCloseable resource) {
    resources.push(resource);
  }

  @Override
  public void close() {
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
