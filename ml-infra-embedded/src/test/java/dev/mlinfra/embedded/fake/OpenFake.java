package dev.mlinfra.embedded.fake;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Opens a fake without a host and hands out its parts, with a clock that the test moves. */
final class OpenFake extends Clock implements Wiring {
  final FakeInfra fake = FakeInfra.create().callTimeout(Duration.ofMillis(200));
  final List<HealthProbe> probes = new ArrayList<>();
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");

  OpenFake() {
    fake.open(this);
  }

  <T> T part(Class<T> type) {
    return type.cast(Objects.requireNonNull(parts.get(type), type.getName()));
  }

  void advance(Duration by) {
    now = now.plus(by);
  }

  @Override
  public String service() {
    return "test";
  }

  @Override
  public String source() {
    return "test-1";
  }

  @Override
  public Clock clock() {
    return this;
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
  public void onClose(AutoCloseable resource) {}

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return now;
  }
}
