package dev.mlinfra.internal.assembly;

import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.LogThrottle;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a faulty metrics library throws away from the data: it is logged, now and then. */
final class GuardedTelemetry implements Telemetry {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedTelemetry.class);

  private final Telemetry inner;
  private final LogThrottle failures = new LogThrottle();

  GuardedTelemetry(Telemetry inner) {
    this.inner = inner;
  }

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    guard(meter, () -> inner.count(meter, amount, tagValues));
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    guard(meter, () -> inner.time(meter, nanos, tagValues));
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    guard(meter, () -> inner.observe(meter, value, tagValues));
  }

  @SuppressWarnings("CatchingUnchecked") // a report that fails must not look like a failed write
  private void guard(Instrument meter, Runnable report) {
    try {
      report.run();
    } catch (Throwable e) {
      failures.again(
          times ->
              LOG.warn(
                  "{} was not reported ({} such failures): {}", meter, times, Causes.oneLine(e)));
    }
  }
}
