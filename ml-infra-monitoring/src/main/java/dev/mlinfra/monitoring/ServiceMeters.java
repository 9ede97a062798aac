package dev.mlinfra.monitoring;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.telemetry.Instrument;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The meters of one service in a registry: registers them, holds them, removes them. */
final class ServiceMeters {
  static final String SERVICE = "service";

  private final MeterRegistry registry;
  private final Tag service;
  private final Failures failures;
  private final Object lock = new Object();
  // what a meter reads, for Micrometer itself holds it weakly
  private final Map<io.micrometer.core.instrument.Meter.Id, Object> owned = new HashMap<>();
  private volatile boolean closed;

  ServiceMeters(MeterRegistry registry, String service, Failures failures) {
    this.registry = registry;
    this.service = Tag.of(SERVICE, service);
    this.failures = failures;
  }

  /** Throws when the registry has the meters of an open instance of the same service. */
  void requireFree() {
    if (registry.find(Instrument.TELEMETRY_FAILURES.meterName()).tags(List.of(service)).meter()
        != null) {
      throw new ConfigException(
          "service was '"
              + service.getValue()
              + "' but the meter registry already has the meters of an open MlInfra of that name;"
              + " close it first or choose another name");
    }
  }

  Counter counter(Instrument meter, List<String> tagValues) {
    requireType(meter, Instrument.Type.COUNTER);
    return own(
        meter,
        () ->
            Counter.builder(meter.meterName())
                .baseUnit(unit(meter))
                .description(meter.description())
                .tags(tags(meter, tagValues))
                .register(registry));
  }

  Timer timer(Instrument meter, List<String> tagValues) {
    requireType(meter, Instrument.Type.TIMER);
    return own(
        meter,
        () ->
            Timer.builder(meter.meterName())
                .description(meter.description())
                .tags(tags(meter, tagValues))
                .register(registry));
  }

  void observe(Instrument meter, List<String> tagValues, ObservedValue value) {
    switch (meter.type()) {
      case COUNTER -> own(value, () -> observedTotal(meter, tagValues, value));
      case GAUGE -> own(value, () -> gauge(meter, tagValues, value));
      case TIMER -> requireType(meter, Instrument.Type.GAUGE);
    }
  }

  boolean closed() {
    return closed;
  }

  void close() {
    synchronized (lock) {
      closed = true;
      owned.keySet().forEach(this::remove);
      owned.clear();
    }
  }

  private void remove(io.micrometer.core.instrument.Meter.Id id) {
    try {
      registry.remove(id);
    } catch (RuntimeException e) {
      failures.add("removing " + id.getName(), e);
    }
  }

  private FunctionCounter observedTotal(
      Instrument meter, List<String> tagValues, ObservedValue value) {
    return FunctionCounter.builder(meter.meterName(), value, ObservedValue::read)
        .baseUnit(unit(meter))
        .description(meter.description())
        .tags(tags(meter, tagValues))
        .register(registry);
  }

  private Gauge gauge(Instrument meter, List<String> tagValues, ObservedValue value) {
    return Gauge.builder(meter.meterName(), value, ObservedValue::read)
        .baseUnit(unit(meter))
        .description(meter.description())
        .tags(tags(meter, tagValues))
        .register(registry);
  }

  private <M extends io.micrometer.core.instrument.Meter> M own(
      Object reads, Supplier<M> registration) {
    synchronized (lock) {
      if (closed) {
        throw new ClosedException("monitoring was closed but got a report; stop using the clients");
      }
      M registered = registration.get();
      Object before = owned.putIfAbsent(registered.getId(), reads);
      // counters and timers may share a meter, as when a filter of the host drops a tag
      if (before != null && !before.equals(reads)) {
        throw new IllegalStateException(registered.getId() + " was reported in two ways");
      }
      return registered;
    }
  }

  private Tags tags(Instrument meter, List<String> values) {
    List<String> keys = meter.tagKeys();
    if (keys.size() != values.size()) {
      throw new IllegalArgumentException(
          meter.meterName() + " got the tag values " + values + " but has the keys " + keys);
    }
    List<Tag> tags = new ArrayList<>();
    tags.add(service);
    for (int i = 0; i < keys.size(); i++) {
      tags.add(Tag.of(keys.get(i), values.get(i)));
    }
    return Tags.of(tags);
  }

  private static void requireType(Instrument meter, Instrument.Type type) {
    if (meter.type() != type) {
      throw new IllegalArgumentException(
          meter.meterName() + " is a " + meter.type() + " but was reported as a " + type);
    }
  }

  private static @Nullable String unit(Instrument meter) {
    return meter.unit().isEmpty() ? null : meter.unit();
  }
}
