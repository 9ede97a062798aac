package dev.mlinfra.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingWiring;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MonitoringTest {
  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void addsUpWhatIsCounted() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.FEATURES_READ, 3, "user", "PRESENT");
      ranker.telemetry().count(Instrument.FEATURES_READ, 4, "user", "PRESENT");
      ranker.telemetry().count(Instrument.FEATURES_READ, 1, "user", "MISSING");

      assertThat(read("PRESENT").counter().count()).isEqualTo(7);
      assertThat(read("MISSING").counter().count()).isEqualTo(1);
    }
  }

  @Test
  void recordsDurations() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().time(Instrument.BUFFER_WRITE, 2_000_000, "decisions");
      ranker.telemetry().time(Instrument.BUFFER_WRITE, 3_000_000, "decisions");

      var timer = registry.get("ml.buffer.write").tag("buffer", "decisions").timer();
      assertThat(timer.count()).isEqualTo(2);
      assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(5);
    }
  }

  @Test
  void readsObservedTotalsAndGaugesWhenAsked() {
    AtomicLong stored = new AtomicLong(10);
    AtomicLong waiting = new AtomicLong(20);
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().observe(Instrument.BUFFER_STORED, stored::doubleValue, "decisions");
      ranker.telemetry().observe(Instrument.BUFFER_ROWS, waiting::doubleValue, "decisions");
      stored.set(11);
      waiting.set(19);
      System.gc(); // Micrometer holds what it reads weakly

      assertThat(registry.get("ml.buffer.stored").functionCounter().count()).isEqualTo(11);
      assertThat(registry.get("ml.buffer.rows").gauge().value()).isEqualTo(19);
    }
  }

  @Test
  void givesEveryMeterItsUnitDescriptionAndTags() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.FEATURES_READ, 1, "user", "PRESENT");

      var id = read("PRESENT").counter().getId();
      assertThat(id.getBaseUnit()).isEqualTo("entities");
      assertThat(id.getDescription()).isEqualTo("Entities read online");
      assertThat(id.getTags())
          .containsExactlyElementsOf(
              Tags.of("service", "ranker", "view", "user", "status", "PRESENT"));
    }
  }

  @Test
  void losesNothingWhenManyThreadsCountTheSameMeterFirst() throws InterruptedException {
    int threads = 8;
    int reports = 10_000;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      CountDownLatch start = new CountDownLatch(1);
      for (int t = 0; t < threads; t++) {
        pool.execute(
            () -> {
              awaitUninterrupted(start);
              for (int i = 0; i < reports; i++) {
                ranker.telemetry().count(Instrument.EVENTS_HANDLED, 1, "ml-processors");
              }
            });
      }
      start.countDown();
      pool.shutdown();
      assertThat(pool.awaitTermination(1, TimeUnit.MINUTES)).isTrue();

      assertThat(registry.get("ml.events.handled").counter().count()).isEqualTo(threads * reports);
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void removesItsMetersAndNoOthersWhenClosed() {
    registry.counter("host.requests").increment();
    try (RecordingWiring router =
        RecordingWiring.of("router", Clock.systemUTC()).open(Monitoring.to(registry))) {
      RecordingWiring ranker =
          RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry));
      router.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
      ranker.telemetry().observe(Instrument.COMPONENT_UP, () -> 1, "postgres");

      ranker.close();

      assertThat(registry.find("ml.component.up").meters()).isEmpty();
      assertThat(registry.getMeters())
          .filteredOn(m -> "ranker".equals(m.getId().getTag("service")))
          .isEmpty();
      assertThat(registry.get("ml.models.registered").tag("service", "router").counter().count())
          .isEqualTo(1);
      assertThat(registry.get("host.requests").counter().count()).isEqualTo(1);
    }
  }

  @Test
  void ignoresReportsAfterTheClose() {
    RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry));
    ranker.close();

    ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
    ranker.telemetry().observe(Instrument.COMPONENT_UP, () -> 1, "postgres");

    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void opensAgainUnderTheSameNameOnceClosed() {
    RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry)).close();

    try (RecordingWiring again =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      again.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
      assertThat(registry.get("ml.models.registered").counter().count()).isEqualTo(1);
    }
  }

  @Test
  void refusesASecondOpenInstanceOfTheSameService() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      assertThatThrownBy(
              () -> RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("service was 'ranker'")
          .hasMessageContaining("choose another name");

      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
      assertThat(registry.get("ml.models.registered").counter().count()).isEqualTo(1);
    }
  }

  @Test
  void worksInACompositeThatGetsItsRegistryLater() {
    CompositeMeterRegistry composite = new CompositeMeterRegistry();
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(composite))) {
      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");
      composite.add(registry);
      ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "bts");

      assertThat(registry.get("ml.models.registered").counter().count()).isEqualTo(1);
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void losesNothingWhenAFilterOfTheHostDropsATag() {
    registry.config().meterFilter(MeterFilter.ignoreTags("view"));
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      ranker.telemetry().count(Instrument.FEATURES_WRITTEN, 2, "user");
      ranker.telemetry().count(Instrument.FEATURES_WRITTEN, 3, "item");
      ranker.telemetry().time(Instrument.FEATURES_AS_OF, 1, "user");
      ranker.telemetry().time(Instrument.FEATURES_AS_OF, 1, "item");

      assertThat(registry.get("ml.features.written").counter().count()).isEqualTo(5);
      assertThat(registry.get("ml.features.as.of").timer().count()).isEqualTo(2);
      assertThat(registry.get("ml.telemetry.failures").functionCounter().count()).isZero();
    }
  }

  @Test
  void boundsTheNumberOfSeries() {
    try (RecordingWiring ranker =
        RecordingWiring.of("ranker", Clock.systemUTC()).open(Monitoring.to(registry))) {
      for (int i = 0; i < Series.MAX + 500; i++) {
        ranker.telemetry().count(Instrument.MODELS_REGISTERED, 1, "model-" + i);
      }

      assertThat(registry.find("ml.models.registered").counters()).hasSize(Series.MAX + 1);
      assertThat(registry.get("ml.models.registered").tag("model", "other").counter().count())
          .isEqualTo(500);
    }
  }

  private io.micrometer.core.instrument.search.RequiredSearch read(String status) {
    return registry.get("ml.features.read").tag("status", status);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
