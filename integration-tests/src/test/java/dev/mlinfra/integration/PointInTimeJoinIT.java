package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.integration.Timeline.Expected;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The point-in-time join of a real PostgreSQL against a naive reader of the same rows. */
class PointInTimeJoinIT {
  private static final int CASES = 600;
  private static final int CASES_A_JOIN = 20;
  private static final List<Duration> TTLS =
      List.of(
          Duration.ofNanos(3_000), Duration.ofSeconds(90), Duration.ofDays(1), Duration.ofDays(30));

  private static Stack stack;
  private static PostgresServer postgres;

  private final MovableClock clock = new MovableClock(Instant.parse("2027-01-01T00:00:00Z"));
  private MlInfra ml;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void connect() {
    MlInfraConfig.Builder config =
        MlInfraConfig.forService("joins")
            .clock(clock)
            .install(
                Postgres.at(postgres.jdbcUrl())
                    .user(postgres.user())
                    .password(postgres.password()));
    TTLS.forEach(ttl -> config.view(view(ttl)));
    ml = MlInfra.connect(config.build()).ensureSchema();
  }

  @AfterEach
  void close() {
    ml.close();
  }

  @Test
  void agreesRowForRowWithANaiveReader() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    Map<FeatureStatus, Integer> seen = new EnumMap<>(FeatureStatus.class);
    for (int first = 0; first < CASES; first += CASES_A_JOIN) {
      Duration ttl = TTLS.get(first / CASES_A_JOIN % TTLS.size());
      List<AsOf> spine = new ArrayList<>();
      List<Expected> expected = new ArrayList<>();
      List<FeatureRow> rows = new ArrayList<>();
      for (int i = first; i < first + CASES_A_JOIN; i++) {
        Timeline timeline = Timeline.random(random, "case-" + i + "/", ttl);
        rows.addAll(timeline.rows());
        spine.addAll(timeline.spine());
        timeline.spine().forEach(question -> expected.add(timeline.naive(question, ttl)));
      }
      putInPieces(random, view(ttl).name(), rows);
      List<FeatureLookup> joined = ml.features().asOf(view(ttl).name(), spine);
      assertThat(joined).hasSameSizeAs(spine);
      for (int i = 0; i < spine.size(); i++) {
        FeatureLookup answer = joined.get(i);
        assertThat(answer.entity()).isEqualTo(spine.get(i).entity());
        assertThat(new Expected(answer.status(), values(answer)))
            .as("-Dseed=%d, ttl %s, %s", seed, ttl, spine.get(i))
            .isEqualTo(expected.get(i));
        seen.merge(answer.status(), 1, Integer::sum);
      }
    }
    assertThat(seen)
        .as("answers of every kind, -Dseed=%d", seed)
        .containsOnlyKeys(FeatureStatus.PRESENT, FeatureStatus.EXPIRED, FeatureStatus.MISSING)
        .allSatisfy((status, count) -> assertThat(count).isGreaterThan(CASES));
  }

  @Test
  void knowsABackFillOnlyAfterItWasWritten() {
    String view = view(Duration.ofDays(1)).name();
    Instant noon = Instant.parse("2026-02-01T12:00:00Z");
    Instant lateAfternoon = noon.plusSeconds(5 * 3_600);
    clock.set(noon.plusSeconds(1));
    ml.features().put(view, List.of(number("late", noon, 1)));
    clock.set(lateAfternoon);
    ml.features().put(view, List.of(number("late", noon, 2)));

    assertThat(amount(view, "late", noon)).isEqualTo("MISSING");
    assertThat(amount(view, "late", noon.plusSeconds(1))).isEqualTo("1.0");
    assertThat(amount(view, "late", lateAfternoon.minusNanos(1_000))).isEqualTo("1.0");
    assertThat(amount(view, "late", lateAfternoon)).isEqualTo("2.0");
  }

  @Test
  void isValidUntilTheMicrosecondBeforeItsTimeToLiveEnds() {
    Duration ttl = Duration.ofSeconds(90);
    String view = view(ttl).name();
    Instant noon = Instant.parse("2026-02-01T12:00:00Z");
    FeatureRow row =
        FeatureRow.builder("edge", noon).value(Timeline.NUMBER, 7.0).knownAt(noon).build();
    ml.features().put(view, List.of(row));

    assertThat(amount(view, "edge", noon.minusNanos(1_000))).isEqualTo("MISSING");
    assertThat(amount(view, "edge", noon)).isEqualTo("7.0");
    assertThat(amount(view, "edge", noon.plus(ttl).minusNanos(1_000))).isEqualTo("7.0");
    assertThat(amount(view, "edge", noon.plus(ttl))).isEqualTo("EXPIRED");
  }

  @Test
  void writesARepeatedRowOnce() {
    String view = view(Duration.ofDays(1)).name();
    List<FeatureRow> rows = List.of(number("repeated", Instant.parse("2026-02-01T00:00:00Z"), 3));
    clock.set(Instant.parse("2026-02-02T00:00:00Z"));

    assertThat(ml.features().put(view, rows)).isEqualTo(1);
    assertThat(ml.features().put(view, rows)).isZero();
  }

  /** In random order and in several calls, as replays, streams and corrections come. */
  private void putInPieces(Random random, String view, List<FeatureRow> rows) {
    List<FeatureRow> left = new ArrayList<>(rows);
    Collections.shuffle(left, random);
    while (!left.isEmpty()) {
      List<FeatureRow> piece = left.subList(0, 1 + random.nextInt(left.size()));
      assertThat(ml.features().put(view, List.copyOf(piece))).isEqualTo(piece.size());
      piece.clear();
    }
  }

  private static FeatureRow number(String entity, Instant event, double value) {
    return FeatureRow.builder(entity, event).value(Timeline.NUMBER, value).build();
  }

  private String amount(String view, String entity, Instant at) {
    FeatureLookup answer = ml.features().asOf(view, List.of(new AsOf(entity, at))).get(0);
    return answer
        .row()
        .flatMap(row -> row.number(Timeline.NUMBER))
        .map(String::valueOf)
        .orElse(answer.status().name());
  }

  private static Map<String, Object> values(FeatureLookup answer) {
    return answer.row().map(FeatureRow::values).orElse(Map.of());
  }

  private static FeatureView view(Duration ttl) {
    return FeatureView.named("ttl_" + ttl.toNanos())
        .number(Timeline.NUMBER)
        .count(Timeline.COUNT)
        .ttl(ttl)
        .build();
  }
}
