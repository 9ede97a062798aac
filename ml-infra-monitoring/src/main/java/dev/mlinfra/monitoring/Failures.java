package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Instrument;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the registry threw: each is counted, only the first is logged, not to flood the log. */
final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Monitoring.class);

  private final LongAdder count = new LongAdder();
  private final AtomicBoolean logged = new AtomicBoolean();

  void add(String attempt, Throwable failure) {
    count.increment();
    if (!logged.getAndSet(true)) {
      LOG.warn(
          "monitoring: {} failed ({}); the library goes on, this and later failures are counted in"
              + " {}; look at the registry and its filters",
          attempt,
          failure.toString(),
          Instrument.TELEMETRY_FAILURES.meterName(),
          failure);
    }
  }

  double count() {
    return (double) count.sum();
  }
}
