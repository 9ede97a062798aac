package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Host threads publish events and read features without pause while a real Redis hangs, dies or is
 * full. Reads answer within their budget, and in the end every accepted event is in the stream.
 */
class RedisFaultIT extends RedisFaults {
  private static final Duration BUDGET = Duration.ofMillis(50);
  private static final FeatureView USER =
      FeatureView.named("user").number("spend").ttl(Duration.ofDays(1)).build();

  private final RecordingTelemetry meters = new RecordingTelemetry();

  @Test
  void answersReadsWithinTheirBudgetAndKeepsEventsWhileTheServerHangs() {
    underLoad(
        host -> {
          redis.stop();
          host.awaitUnavailable(20);
          redis.cont();
        });
  }

  @Test
  void answersReadsWithinTheirBudgetAndKeepsEventsWhileTheServerIsDead() {
    underLoad(
        host -> {
          redis.kill();
          host.awaitUnavailable(20);
          redis.restart();
        });
  }

  @Test
  void keepsEventsWhileItsConnectionsAreKilledAgainAndAgain() {
    underLoad(
        host -> {
          for (int i = 0; i < 20; i++) {
            long stored = ml.events().ledger().stored();
            Await.until("more is stored", () -> ml.events().ledger().stored() > stored);
            redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
          }
        });
  }

  @Test
  void keepsEventsAndReadsWhatWasEvictedAsMissingWhileTheServerHasNoMemoryLeft() {
    underLoad(
        host -> {
          redis("CONFIG", "SET", "maxmemory", "1");
          long failed = meters.value(Instrument.BUFFER_WRITE_FAILURES, "event");
          Await.until(
              "writes are refused",
              () -> meters.value(Instrument.BUFFER_WRITE_FAILURES, "event") > failed + 2);
          assertThat(spend("reader")).isEqualTo("MISSING");
          redis("CONFIG", "SET", "maxmemory", "2gb");
          ml.features().materialize("user");
        });
  }

  @Test
  void readsDamagedAndForeignBytesAsMissingAndCountsThem() {
    ml.features().put("user", List.of(row("good", 3)));
    assertThat(spend("good")).isEqualTo("3.0");
    byte[][] damaged = {
      {}, {1, 2, 3}, new byte[100], "{\"spend\": 99}".getBytes(StandardCharsets.UTF_8)
    };
    for (byte[] bytes : damaged) {
      redis("SET", "ml:features:user:good", bytes);
      assertThat(spend("good")).isEqualTo("MISSING");
    }
    assertThat(meters.value(Instrument.FEATURES_CORRUPT, "user")).isEqualTo(damaged.length);
    assertThat(ml.features().materialize("user")).isPositive();
    assertThat(spend("good")).isEqualTo("3.0");
  }

  @Test
  void keepsFeaturesOfflineWhileTheServerIsAwayAndBringsThemOver() {
    redis.kill();
    assertThat(ml.features().put("user", List.of(row("offline", 5)))).isEqualTo(1);
    assertThat(spend("offline")).isEqualTo("UNAVAILABLE");
    redis.restart();
    Await.until(
        "it can be brought over",
        () -> {
          try {
            return ml.features().materialize("user") > 0;
          } catch (UnavailableException e) {
            return false;
          }
        });
    Await.until("it is online", () -> spend("offline").equals("5.0"));
  }

  /** What happens while the host goes on. */
  @FunctionalInterface
  private interface Fault {
    void strike(Host host);
  }

  private void underLoad(Fault fault) {
    ml.features().put("user", List.of(row("reader", 1)));
    Host host = new Host();
    fault.strike(host);
    host.settle();
  }

  /** Publishers and readers that never pause for long. */
  private final class Host {
    private final EventProducer producer = new EventProducer(ml.events());
    private final LedgerChecker checker = new LedgerChecker(ml.events()::ledger);
    private final Map<FeatureStatus, AtomicInteger> reads = new ConcurrentHashMap<>();
    private final HostThreads publishers = HostThreads.start(2, producer);
    private final HostThreads readers = HostThreads.start(2, this::read);

    private Host() {
      goOn();
    }

    private void read() {
      FeatureLookup found = ml.features().online("user", List.of("reader"), BUDGET).get(0);
      reads.computeIfAbsent(found.status(), status -> new AtomicInteger()).incrementAndGet();
      found.row().ifPresent(row -> assertThat(row.number("spend")).contains(1.0));
    }

    private int count(FeatureStatus status) {
      AtomicInteger count = reads.get(status);
      return count == null ? 0 : count.get();
    }

    private void awaitUnavailable(int more) {
      int target = count(FeatureStatus.UNAVAILABLE) + more;
      Await.until("reads say so", () -> count(FeatureStatus.UNAVAILABLE) >= target);
      goOn();
    }

    private void goOn() {
      publishers.awaitCalls(200);
    }

    private void settle() {
      goOn();
      int target = count(FeatureStatus.PRESENT) + 20;
      Await.until("reads succeed again", () -> count(FeatureStatus.PRESENT) >= target);
      publishers.stopUnharmed();
      readers.stopUnharmed();
      assertThat(ml.events().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
      assertThat(reads).doesNotContainKey(FeatureStatus.EXPIRED);
      checker.settleAtLeastOnce(producer.answers(), published(), List.of());
    }
  }

  private static List<UUID> published() {
    try (RespClient client = new RespClient(redis)) {
      List<UUID> ids = new ArrayList<>();
      for (Object entry : (List<?>) client.call("XRANGE", STREAM, "-", "+")) {
        ids.add(UUID.fromString((String) RespClient.field(((List<?>) entry).get(1), "id")));
      }
      return ids;
    }
  }

  private String spend(String entity) {
    FeatureLookup found =
        ml.features().online("user", List.of(entity), Duration.ofSeconds(5)).get(0);
    return found
        .row()
        .flatMap(row -> row.number("spend"))
        .map(String::valueOf)
        .orElse(found.status().name());
  }

  private static FeatureRow row(String entity, double spend) {
    return FeatureRow.builder(entity, Instant.now()).value("spend", spend).build();
  }

  @Override
  MlInfraConfig.Builder config() {
    return super.config().view(USER).install(meters);
  }
}
