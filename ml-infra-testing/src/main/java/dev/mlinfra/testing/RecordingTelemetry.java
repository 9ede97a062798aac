package dev.mlinfra.testing;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * Remembers what the library reports; as a module it can be installed. Thread-safe.
 *
 * @since 0.1
 */
public final class RecordingTelemetry implements InfraModule, Telemetry {
  private final Map<Series, LongAdder> counts = new ConcurrentHashMap<>();
  private final Map<Series, DoubleSupplier> observed = new ConcurrentHashMap<>();

  /**
   * Makes one that nothing was reported to.
   *
   * @since 0.1
   */
  public RecordingTelemetry() {}

  /**
   * Returns what was counted under a meter and these tags, how many durations were recorded, or
   * what an observed value is now.
   *
   * @param meter which
   * @param tagValues one a tag key
   * @return 0 when nothing was reported
   * @since 0.1
   */
  public long value(Instrument meter, String... tagValues) {
    Series series = new Series(meter, List.of(tagValues));
    DoubleSupplier shown = observed.get(series);
    LongAdder counted = counts.get(series);
    return shown != null ? (long) shown.getAsDouble() : counted == null ? 0 : counted.sum();
  }

  /**
   * Returns what was counted under a meter, whatever its tags.
   *
   * @param meter which
   * @return 0 when nothing was reported
   * @since 0.1
   */
  public long total(Instrument meter) {
    return counts.entrySet().stream()
        .filter(entry -> entry.getKey().meter().equals(meter))
        .mapToLong(entry -> entry.getValue().sum())
        .sum();
  }

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    counts
        .computeIfAbsent(new Series(meter, List.of(tagValues)), key -> new LongAdder())
        .add(amount);
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    count(meter, 1, tagValues);
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    observed.put(new Series(meter, List.of(tagValues)), value);
  }

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(Telemetry.class, this);
  }

  private record Series(Instrument meter, List<String> tags) {}
}
