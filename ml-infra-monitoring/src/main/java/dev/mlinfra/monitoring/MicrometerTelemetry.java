package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Turns what the library reports into Micrometer meters. A report costs one look-up; the meter is
 * registered at the first one. Nothing that a registry throws gets out.
 */
final class MicrometerTelemetry implements Telemetry, AutoCloseable {
  private final Failures failures;
  private final ServiceMeters meters;
  private final Series<Counter> counters;
  private final Series<Timer> timers;

  private MicrometerTelemetry(MeterRegistry registry, String service) {
    this.failures = new Failures();
    this.meters = new ServiceMeters(registry, service, failures);
    this.counters = new Series<>(meters::counter);
    this.timers = new Series<>(meters::timer);
  }

  static MicrometerTelemetry open(MeterRegistry registry, String service) {
    MicrometerTelemetry telemetry = new MicrometerTelemetry(registry, service);
    telemetry.meters.requireFree();
    telemetry.observe(Instrument.TELEMETRY_FAILURES, telemetry.failures::count);
    return telemetry;
  }

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    guard(meter, () -> counters.get(meter, tagValues).increment((double) amount));
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    guard(meter, () -> timers.get(meter, tagValues).record(nanos, TimeUnit.NANOSECONDS));
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    ObservedValue observation = new ObservedValue(meter, value, failures);
    guard(meter, () -> meters.observe(meter, List.of(tagValues), observation));
  }

  /** Removes the meters from the registry; later reports are ignored. */
  @Override
  public void close() {
    meters.close();
  }

  private void guard(Instrument meter, Runnable report) {
    if (meters.closed()) {
      return;
    }
    try {
      report.run();
    } catch (RuntimeException | LinkageError e) {
      if (!meters.closed()) {
        failures.add("reporting " + meter.meterName(), e);
      }
    }
  }
}
