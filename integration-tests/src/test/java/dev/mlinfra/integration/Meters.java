package dev.mlinfra.integration;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** A module that remembers what the library reports. Thread-safe. */
final class Meters implements InfraModule, Telemetry {
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final Map<String, DoubleSupplier> observed = new ConcurrentHashMap<>();

  /** What was counted under the meter and these tags, or what it shows now. */
  long value(Instrument meter, String... tagValues) {
    String key = key(meter, tagValues);
    DoubleSupplier shown = observed.get(key);
    LongAdder counted = counts.get(key);
    return shown != null ? (long) shown.getAsDouble() : counted == null ? 0 : counted.sum();
  }

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    counts.computeIfAbsent(key(meter, tagValues), key -> new LongAdder()).add(amount);
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    count(meter, 1, tagValues);
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    observed.put(key(meter, tagValues), value);
  }

  @Override
  public String name() {
    return "meters";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(Telemetry.class, this);
  }

  private static String key(Instrument meter, String... tagValues) {
    return meter + List.of(tagValues).toString();
  }
}
