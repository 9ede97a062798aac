package dev.mlinfra.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingWiring;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class BrokenRegistryTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void countsWhatARegistryRefusesAndGoesOn() {
    refuse("ml.models.promoted");
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1, "bts");
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1, "bts");
      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");

      assertThat(failures()).isEqualTo(2);
      assertThat(registry.get("ml.models.registered").counter().count()).isEqualTo(1);
    }
  }

  @Test
  void logsOnlyTheFirstRefusal() {
    refuse("ml.models.promoted");
    PrintStream original = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1, "bts");
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1, "bts");
    } finally {
      System.setErr(original);
    }

    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("reporting ml.models.promoted failed")
        .contains("IllegalStateException: filter is broken")
        .contains("counted in ml.telemetry.failures");
  }

  @Test
  void countsReportsThatDoNotFitTheirMeter() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1);
      ranker.telemetry().count(Instrument.BUFFER_WRITE, 1, "decisions");
      ranker.telemetry().time(Instrument.MODELS_PROMOTED, 1, "bts");
      ranker.telemetry().observe(Instrument.BUFFER_WRITE, () -> 1, "decisions");
      ranker.telemetry().count(Instrument.MODELS_PROMOTED, 1, (String) null);

      assertThat(failures()).isEqualTo(5);
      assertThat(registry.getMeters()).hasSize(1);
    }
  }

  @Test
  void keepsTheFirstOfTwoObserversOfTheSameValue() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().observe(Instrument.COMPONENT_UP, () -> 1, "postgres");
      ranker.telemetry().observe(Instrument.COMPONENT_UP, () -> 0, "postgres");

      assertThat(failures()).isEqualTo(1);
      assertThat(registry.get("ml.component.up").gauge().value()).isEqualTo(1);
    }
  }

  @Test
  void keepsTheLastTotalAndShowsNoGaugeWhenTheyCannotBeRead() {
    double[] total = {5};
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().observe(Instrument.BUFFER_STORED, () -> positive(total[0]), "decisions");
      ranker.telemetry().observe(Instrument.BUFFER_ROWS, () -> positive(total[0]), "decisions");
      assertThat(registry.get("ml.buffer.stored").functionCounter().count()).isEqualTo(5);

      total[0] = -1;

      assertThat(registry.get("ml.buffer.stored").functionCounter().count()).isEqualTo(5);
      assertThat(registry.get("ml.buffer.rows").gauge().value()).isNaN();
      assertThat(failures()).isEqualTo(2);
    }
  }

  @Test
  void closesAlthoughAListenerOfTheHostThrows() {
    registry
        .config()
        .onMeterRemoved(
            meter -> {
              throw new IllegalStateException("listener is broken");
            });
    RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry));
    ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");

    ranker.close();

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void reportsIntoAClosedRegistryAreHarmless() {
    registry.close();
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
    }
  }

  private void refuse(String name) {
    registry
        .config()
        .meterFilter(
            MeterFilter.deny(
                id -> {
                  if (id.getName().equals(name)) {
                    throw new IllegalStateException("filter is broken");
                  }
                  return false;
                }));
  }

  private double failures() {
    return registry.get("ml.telemetry.failures").functionCounter().count();
  }

  private static double positive(double value) {
    if (value < 0) {
      throw new IllegalStateException("cannot be read");
    }
    return value;
  }
}
