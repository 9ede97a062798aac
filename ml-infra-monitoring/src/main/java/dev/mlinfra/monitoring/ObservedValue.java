package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Instrument;
import java.util.function.DoubleSupplier;

/**
 * A value that the registry reads when it likes. When it cannot be read, a gauge has no value and a
 * counter keeps its last one, since a total that falls would look like a restart.
 */
final class ObservedValue {
  private final Instrument meter;
  private final DoubleSupplier source;
  private final Failures failures;
  private volatile double last;

  ObservedValue(Instrument meter, DoubleSupplier source, Failures failures) {
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
      return meter.type() == Instrument.Type.GAUGE ? Double.NaN : last;
    }
  }
}
