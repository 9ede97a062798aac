package dev.mlinfra.redis;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Opens a module and holds what it hands over. */
final class Parts implements Wiring, Telemetry, AutoCloseable {
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final Map<Instrument, Long> counts = new ConcurrentHashMap<>();
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private HealthProbe probe;

  Parts(Redis redis) {
    redis.open(this);
  }

  OnlineStore online() {
    return part(OnlineStore.class);
  }

  EventBroker broker() {
    return part(EventBroker.class);
  }

  StreamAdmin streams() {
    return part(StreamAdmin.class);
  }

  ModelPointers models() {
    return part(ModelPointers.class);
  }

  RecentDecisions decisions() {
    return part(RecentDecisions.class);
  }

  Optional<RecentDecision> recent(UUID id) {
    return decisions().find(List.of(id), Duration.ofMillis(100)).get(0);
  }

  PauseSignal pause() {
    return part(PauseSignal.class);
  }

  HealthProbe probe() {
    return probe;
  }

  long count(Instrument meter) {
    return counts.getOrDefault(meter, 0L);
  }

  private <T> T part(Class<T> type) {
    return type.cast(parts.get(type));
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
    return Clock.systemUTC();
  }

  @Override
  public Telemetry telemetry() {
    return this;
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
  public void probe(HealthProbe added) {
    probe = added;
  }

  @Override
  public void onClose(AutoCloseable resource) {
    resources.push(resource);
  }

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    counts.merge(meter, amount, Long::sum);
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {}

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {}

  @Override
  public void close() {
    try {
      while (!resources.isEmpty()) {
        resources.pop().close();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
