package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Meter;
import java.util.function.DoubleSupplier;

/**
 * A value that the registry reads when it likes. When it cannot be read, a gauge has no value and a
 * counter keeps its last one, since a total that falls would look like a restart.
 */
final class Observation {
  private final Meter meter;
  private final DoubleSupplier source;
  private final Failures failures;
  private volatile double last;

  Observation(Meter meter, DoubleSupplier source, Failures failures) {
    this.meter = meter;
    this.source = source;
    this.failures = failures;
  }

  double read() {
    try {
      double value = source.getAsDouble();
      last = value;
      return value;
    } catch (RuntimeException | LinkageError e) {
      failures.add("reading " + meter.meterName(), e);
      return meter.type() == Meter.Type.GAUGE ? Double.NaN : last;
    }
  }
}
