package dev.mlinfra.monitoring;

import dev.mlinfra.telemetry.Instrument;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** What Prometheus calls a meter. */
public final class PrometheusName {
  private PrometheusName() {}

  public static String of(Instrument meter) {
    NamingConvention prometheus =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT).config().namingConvention();
    String base =
        prometheus.name(
            meter.meterName(),
            switch (meter.type()) {
              case COUNTER -> io.micrometer.core.instrument.Meter.Type.COUNTER;
              case GAUGE -> io.micrometer.core.instrument.Meter.Type.GAUGE;
              case TIMER -> io.micrometer.core.instrument.Meter.Type.TIMER;
            },
            meter.unit().isEmpty() ? null : meter.unit());
    return meter.type() == Instrument.Type.COUNTER && !base.endsWith("_total")
        ? base + "_total"
        : base;
  }
}
