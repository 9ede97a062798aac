package dev.mlinfra.monitoring;

import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.TelemetryContract;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterEach;

/** Micrometer keeps the promises of a telemetry. */
class TelemetryTest extends TelemetryContract {
  private final RecordingWiring open =
      RecordingWiring.opened(Monitoring.to(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)));

  @AfterEach
  void close() {
    open.close();
  }

  @Override
  protected RecordingWiring opened() {
    return open;
  }
}
