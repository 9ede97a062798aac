package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.testing.Await;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnlineStoreIT {
  private static final FeatureView VIEW =
      FeatureView.named("user").number("affinity").ttl(Duration.ofDays(2)).build();
  private static final byte[] MISSING = {};
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private RedisServer server;
  private Cli cli;
  private Parts parts;

  @BeforeEach
  void start() {
    server = RedisServer.running();
    cli = new Cli(server);
    parts = new Parts(Redis.at(server.url()));
  }

  @AfterEach
  void stop() {
    parts.close();
    cli.close();
    server.close();
  }

  @Test
  void keepsTheBytesUnderTheDocumentedKeyWithATimeToLiveFromTheEventTime() {
    Instant eventTime = Instant.now().minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.MICROS);
    PackedRow row = row("user-1", eventTime, 1);

    assertThat(parts.online().putIfNewer(VIEW, List.of(row))).isEqualTo(1);

    assertThat(read("user-1")).containsExactly(row.packed());
    long wanted = eventTime.plus(VIEW.ttl()).toEpochMilli() - System.currentTimeMillis();
    assertThat(cli.redis().pttl("ml:features:user:user-1")).isBetween(wanted - 5_000, wanted);
  }

  @Test
  void replacesAnEqualEventTimeAndRefusesAnOlderOne() {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    PackedRow first = row("u", now, 1);
    PackedRow older = row("u", now.minus(1, ChronoUnit.MICROS), 2);
    PackedRow equal = row("u", now, 3);
    PackedRow newer = row("u", now.plus(1, ChronoUnit.MICROS), 4);

    assertThat(parts.online().putIfNewer(VIEW, List.of(first))).isEqualTo(1);
    assertThat(parts.online().putIfNewer(VIEW, List.of(older))).isZero();
    assertThat(read("u")).containsExactly(first.packed());
    assertThat(parts.online().putIfNewer(VIEW, List.of(equal))).isEqualTo(1);
    assertThat(read("u")).containsExactly(equal.packed());
    assertThat(parts.online().putIfNewer(VIEW, List.of(newer, older))).isEqualTo(1);
    assertThat(read("u")).containsExactly(newer.packed());
  }

  @ParameterizedTest
  @CsvSource({
    // before and after 1970; apart by less than a double can tell; across a byte's carry
    "-1, 0",
    "-2, -1",
    "-9007199254740993, -9007199254740992",
    "9007199254740992, 9007199254740993",
    "255, 256",
    "127, 128",
    "65535, 65536",
    "-256, -255",
    "4611686018427387903, 4611686018427387904"
  })
  void comparesEventTimesAsSignedNumbersOfEightBytes(long earlier, long later) {
    FeatureView eternal = FeatureView.named("user").number("a").ttl(forever()).build();
    Instant claimed = Instant.now();
    PackedRow old = new PackedRow("u", claimed, claimed, 7, packed(earlier, 1));
    PackedRow young = new PackedRow("u", claimed, claimed, 7, packed(later, 2));

    assertThat(parts.online().putIfNewer(eternal, List.of(old))).isEqualTo(1);
    assertThat(parts.online().putIfNewer(eternal, List.of(young))).isEqualTo(1);
    assertThat(parts.online().putIfNewer(eternal, List.of(old))).isZero();
    assertThat(read("u")).containsExactly(young.packed());
  }

  @Test
  void takesATimeToLiveThatReachesBeyondAllCalendars() {
    FeatureView eternal = FeatureView.named("user").number("a").ttl(forever()).build();
    assertThat(parts.online().putIfNewer(eternal, List.of(row("u", Instant.now(), 1)))).isOne();
    assertThat(cli.redis().ttl("ml:features:user:u")).isPositive();
  }

  @Test
  void leavesOutRowsThatHaveExpiredAlready() {
    PackedRow expired = row("old", Instant.now().minus(Duration.ofDays(3)), 1);
    PackedRow alive = row("young", Instant.now(), 1);

    assertThat(parts.online().putIfNewer(VIEW, List.of(expired, alive))).isEqualTo(1);
    assertThat(cli.redis().exists("ml:features:user:old")).isZero();
  }

  @Test
  void answersInTheOrderOfTheQuestionsWithEmptyForTheMissing() {
    List<PackedRow> rows = new ArrayList<>();
    List<String> asked = new ArrayList<>();
    for (int i = 0; i < 1_234; i++) {
      rows.add(row("e" + i, Instant.now(), i));
      asked.add(0, "e" + i);
      asked.add(0, "nobody" + i);
    }
    assertThat(parts.online().putIfNewer(VIEW, rows)).isEqualTo(rows.size());

    List<byte[]> answers = read(asked.toArray(String[]::new));

    assertThat(answers).hasSize(asked.size());
    for (int i = 0; i < rows.size(); i++) {
      int at = asked.indexOf("e" + i);
      assertThat(answers.get(at)).isEqualTo(rows.get(i).packed());
      assertThat(answers.get(at - 1)).isEmpty();
    }
  }

  @Test
  void replacesAValueTooShortToHoldATime() {
    cli.redis().set("ml:features:user:u", "junk");
    PackedRow row = row("u", Instant.now(), 1);
    assertThat(parts.online().putIfNewer(VIEW, List.of(row))).isEqualTo(1);
    assertThat(read("u")).containsExactly(row.packed());
  }

  @Test
  void readsAKeyOfAnotherKindAsMissingAndSaysSoWhenWriting() {
    cli.redis().hset("ml:features:user:u", "a", "b");
    assertThat(read("u")).containsExactly(MISSING);
    assertThatThrownBy(() -> parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1))))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("WRONGTYPE")
        .hasMessageContaining("view 'user'");
  }

  @Test
  void writesAfterTheServerForgotTheScript() {
    parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1)));
    cli.redis().scriptFlush();
    assertThat(parts.online().putIfNewer(VIEW, List.of(row("v", Instant.now(), 1)))).isOne();
  }

  @Test
  void givesUpWithinTheBudgetWhileTheServerHangsAndReadsAgainAfterwards() {
    PackedRow row = row("u", Instant.now(), 1);
    parts.online().putIfNewer(VIEW, List.of(row));
    read("u");
    server.freeze();
    try {
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(() -> parts.online().read(VIEW, List.of("u"), Duration.ofMillis(5)))
            .isInstanceOf(MlInfraException.class)
            .satisfies(e -> assertThat(((MlInfraException) e).retryable()).isTrue());
      }
      // after a second of silence calls fail at once, without using their budget
      Await.until(
          "the circuit opens", () -> failure(Duration.ofMillis(5)) instanceof UnavailableException);
    } finally {
      server.thaw();
    }
    Await.success("reads again", () -> read("u"));
    assertThat(read("u")).containsExactly(row.packed());
  }

  @Test
  void failsCleanlyWhenTheMemoryIsFullAndWritesAgainWhenThereIsRoom() {
    cli.redis().configSet("maxmemory-policy", "noeviction");
    cli.redis().configSet("maxmemory", "1");
    assertThatThrownBy(() -> parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1))))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("OOM")
        .hasMessageContaining("raise maxmemory");
    assertThat(read("u")).containsExactly(MISSING);
    cli.redis().configSet("maxmemory", "0");
    assertThat(parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1)))).isOne();
  }

  @Test
  void readsAnEvictedValueAsMissing() {
    parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1)));
    cli.redis().del("ml:features:user:u");
    assertThat(read("u")).containsExactly(MISSING);
  }

  @Test
  void goesOnAfterTheServerWasKilledAndStartedAgain() {
    parts.online().putIfNewer(VIEW, List.of(row("u", Instant.now(), 1)));
    server.kill();
    assertThat(failure(Duration.ofSeconds(1))).isInstanceOf(MlInfraException.class);
    server.start();
    Await.success(
        "writes again", () -> parts.online().putIfNewer(VIEW, List.of(row("v", Instant.now(), 2))));
    Await.success("reads again", () -> read("v"));
    assertThat(read("u", "v").get(1)).isNotEmpty();
  }

  private Exception failure(Duration budget) {
    try {
      parts.online().read(VIEW, List.of("u"), budget);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  /** The values found, an empty array for a missing one. */
  private List<byte[]> read(String... entities) {
    return parts.online().read(VIEW, List.of(entities), BUDGET).stream()
        .map(value -> value.orElse(MISSING))
        .toList();
  }

  private static Duration forever() {
    return Duration.ofDays(365L * 100_000_000);
  }

  private static PackedRow row(String entity, Instant eventTime, int value) {
    long micros = ChronoUnit.MICROS.between(Instant.EPOCH, eventTime);
    return new PackedRow(entity, eventTime, eventTime, 7, packed(micros, value));
  }

  private static byte[] packed(long micros, int value) {
    return ByteBuffer.allocate(24).putLong(7).putLong(micros).putLong(value).array();
  }
}
