package dev.mlinfra.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForeignMetersTest {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @Test
  void showsWhatAModuleOfSomebodyElseMeasures() {
    MlInfraConfig config =
        MlInfraConfig.forService("ranker")
            .install(new Acme())
            .install(Monitoring.to(registry))
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      assertThat(ml.health().healthy()).isTrue();
      assertThat(registry.scrape())
          .contains("# HELP acme_reads_total Answered by a shard")
          .contains("acme_reads_total{service=\"ranker\",shard=\"a\"} 3.0")
          .contains("acme_shards{service=\"ranker\"} 2.0")
          .contains("acme_read_seconds_count{service=\"ranker\"} 1")
          .contains("ml_telemetry_failures_calls_total{service=\"ranker\"} 0.0");
    }
  }

  private static final class Acme implements InfraModule {
    @Override
    public String name() {
      return "acme";
    }

    @Override
    public List<String> faults() {
      return List.of();
    }

    @Override
    public void open(Wiring wiring) {
      // made anew for each report, as a careless module would
      wiring.telemetry().count(reads(), 1, "a");
      wiring.telemetry().count(reads(), 2, "a");
      wiring
          .telemetry()
          .observe(
              new Instrument("acme.shards", Instrument.Type.GAUGE, "", "Shards", List.of()),
              () -> 2);
      wiring
          .telemetry()
          .time(
              new Instrument(
                  "acme.read", Instrument.Type.TIMER, "seconds", "Time of one read", List.of()),
              1_000);
    }

    private static Instrument reads() {
      return new Instrument(
          "acme.reads", Instrument.Type.COUNTER, "", "Answered by a shard", List.of("shard"));
    }
  }
}
