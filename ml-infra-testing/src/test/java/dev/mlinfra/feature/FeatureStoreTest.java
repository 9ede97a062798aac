package dev.mlinfra.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureStoreTest {
  private static final Instant NOW = Instant.parse("2024-05-01T12:00:00.123456Z");
  private static final FeatureView USER =
      FeatureView.named("user")
          .number("ratio")
          .count("views")
          .flag("member")
          .text("country")
          .vector("taste", 3)
          .ttl(Duration.ofDays(1))
          .build();

  private final FakeInfra fake = FakeInfra.create();
  private final RecordingWiring tiers =
      RecordingWiring.of("tiers", Clock.fixed(NOW, ZoneOffset.UTC)).open(fake);

  @Test
  void readsBackEveryTypeOnline() {
    try (MlInfra ml = connect(USER)) {
      FeatureRow row =
          FeatureRow.builder("u1", NOW.minusSeconds(5))
              .value("ratio", -0.1)
              .value("views", Long.MIN_VALUE)
              .value("member", true)
              .value("country", "日本\ud83d\ude00")
              .value("taste", new float[] {1, -0f, Float.MIN_VALUE})
              .build();
      assertThat(ml.features().put("user", List.of(row))).isEqualTo(1);
      FeatureLookup found = ml.features().online("user", "u1");
      assertThat(found.status()).isEqualTo(FeatureStatus.PRESENT);
      FeatureRow read = found.row().orElseThrow();
      assertThat(read.number("ratio")).contains(-0.1);
      assertThat(read.values())
          .containsEntry("views", Long.MIN_VALUE)
          .containsEntry("member", true);
      assertThat(read.text("country")).contains("日本\ud83d\ude00");
      assertThat(read.vector("taste").orElseThrow()).containsExactly(1, -0f, Float.MIN_VALUE);
      assertThat(read.eventTime()).isEqualTo(NOW.minusSeconds(5));
    }
  }

  @Test
  void readsFeaturesThatNeverExpireWithoutALimitOfTime() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    try (MlInfra ml = connect(FeatureView.named("user").count("views").ttl(forever).build())) {
      ml.features().put("user", List.of(FeatureRow.builder("u1", NOW).value("views", 3).build()));
      assertThat(ml.features().online("user", List.of("u1"), forever))
          .singleElement()
          .extracting(FeatureLookup::status)
          .isEqualTo(FeatureStatus.PRESENT);
    }
  }

  @Test
  void keepsAMissingFeatureMissing() {
    try (MlInfra ml = connect(USER)) {
      ml.features().put("user", List.of(FeatureRow.builder("u1", NOW).value("views", 3).build()));
      FeatureRow read = ml.features().online("user", "u1").row().orElseThrow();
      assertThat(read.values()).hasSize(1).containsEntry("views", 3L);
      assertThat(read.number("ratio")).isEmpty();
    }
  }

  @Test
  void answersForEveryEntityInOrder() {
    try (MlInfra ml = connect(USER)) {
      Clock late = Clock.fixed(NOW.minusSeconds(1), ZoneOffset.UTC);
      RecordingWiring.of("a server whose clock is late", late).open(fake);
      ml.features().put("user", List.of(row("fresh", NOW), row("stale", NOW.minus(USER.ttl()))));
      assertThat(
              ml.features()
                  .online("user", List.of("nobody", "stale", "fresh"), Duration.ofSeconds(1)))
          .extracting(lookup -> lookup.entity() + " " + lookup.status())
          .containsExactly("nobody MISSING", "stale EXPIRED", "fresh PRESENT");
    }
  }

  @Test
  void storesOfflineAndAnswersUnavailableWhileTheOnlineStoreIsDown() {
    try (MlInfra ml = connect(USER)) {
      fake.fail(Part.ONLINE_STORE);
      assertThat(ml.features().put("user", List.of(row("u1", NOW)))).isEqualTo(1);
      assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.UNAVAILABLE);
      fake.heal();
      assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.MISSING);
      assertThat(ml.features().materialize("user")).isEqualTo(1);
      assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.PRESENT);
    }
  }

  @Test
  void neverTurnsDamagedBytesIntoANumber() {
    try (MlInfra ml = connect(USER)) {
      ml.features().put("user", List.of(row("u1", NOW)));
      byte[] good = online("u1").get(0).orElseThrow();
      for (int length = 0; length < good.length; length++) {
        store(Arrays.copyOf(good, length));
        assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.MISSING);
      }
      Random random = new Random(7);
      for (int i = 0; i < good.length * 8; i++) {
        byte[] bad = good.clone();
        bad[i / 8] ^= (byte) (1 << (i % 8));
        store(bad);
        assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.MISSING);
        byte[] noise = new byte[random.nextInt(200)];
        random.nextBytes(noise);
        store(noise);
        assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.MISSING);
      }
    }
  }

  @Test
  void readsOlderDefinitionsOfflineAndBringsThemOverOnlineInTheCurrentOne() {
    FeatureView older =
        FeatureView.named("user").number("ratio").text("views").ttl(Duration.ofDays(1)).build();
    try (MlInfra ml = connect(older)) {
      ml.features()
          .put(
              "user",
              List.of(
                  FeatureRow.builder("u1", NOW.minusSeconds(9))
                      .value("ratio", 0.5)
                      .value("views", "many")
                      .knownAt(NOW.minusSeconds(9))
                      .build()));
    }
    try (MlInfra ml = connect(USER)) {
      assertThat(ml.features().online("user", "u1").status()).isEqualTo(FeatureStatus.MISSING);
      FeatureRow past =
          ml.features().asOf("user", List.of(new AsOf("u1", NOW))).get(0).row().orElseThrow();
      assertThat(past.values()).hasSize(1).containsEntry("ratio", 0.5);
      ml.features().materialize("user");
      assertThat(ml.features().online("user", "u1").row().orElseThrow().values())
          .hasSize(1)
          .containsEntry("ratio", 0.5);
    }
  }

  @Test
  void knowsOnlyWhatWasKnownThen() {
    try (MlInfra ml = connect(USER)) {
      Instant then = NOW.minusSeconds(3600);
      ml.features()
          .put(
              "user",
              List.of(
                  FeatureRow.builder("u1", then).value("views", 1).knownAt(then).build(),
                  FeatureRow.builder("u1", then).value("views", 2).knownAt(NOW).build()));
      List<FeatureLookup> answers =
          ml.features()
              .asOf(
                  "user",
                  List.of(
                      new AsOf("u1", NOW),
                      new AsOf("u1", NOW.minusSeconds(1)),
                      new AsOf("u1", then.minusSeconds(1)),
                      new AsOf("u1", then.plus(USER.ttl()))));
      assertThat(answers)
          .extracting(FeatureLookup::status)
          .containsExactly(
              FeatureStatus.PRESENT,
              FeatureStatus.PRESENT,
              FeatureStatus.MISSING,
              FeatureStatus.EXPIRED);
      assertThat(answers.get(0).row().orElseThrow().number("views")).contains(2.0);
      assertThat(answers.get(1).row().orElseThrow().number("views")).contains(1.0);
    }
  }

  @Test
  void countsTheSameRowOnceAndRefusesTwoThatContradictEachOther() {
    try (MlInfra ml = connect(USER)) {
      assertThat(ml.features().put("user", List.of(row("u1", NOW), row("u1", NOW)))).isEqualTo(1);
      FeatureRow other = FeatureRow.builder("u1", NOW).value("views", 9).build();
      assertThatThrownBy(() -> ml.features().put("user", List.of(row("u1", NOW), other)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("two different rows for 'u1'");
    }
  }

  @Test
  void sendsTheSameRowOnceToEitherTier() {
    List<Object> appended = new ArrayList<>();
    List<Object> sent = new ArrayList<>();
    fake.before(Part.OFFLINE_STORE, call -> appended.addAll(call.items()));
    fake.before(Part.ONLINE_STORE, call -> sent.addAll(call.items()));
    try (MlInfra ml = connect(USER)) {
      ml.features().put("user", List.of(row("u1", NOW), row("u2", NOW), row("u1", NOW)));
      assertThat(appended)
          .extracting(row -> ((PackedRow) row).entity())
          .containsExactly("u1", "u2");
      assertThat(sent).containsExactlyElementsOf(appended);
    }
  }

  @Test
  void refusesRowsThatDoNotFitTheViewAndStoresNoneOfThem() {
    try (MlInfra ml = connect(USER)) {
      List<FeatureRow> bad = new ArrayList<>();
      bad.add(FeatureRow.builder("u1", NOW).value("ratio", Double.NaN).build());
      bad.add(FeatureRow.builder("u1", NOW).value("ratio", "0.5").build());
      bad.add(FeatureRow.builder("u1", NOW).value("ratio", (1L << 53) + 1).build());
      bad.add(FeatureRow.builder("u1", NOW).value("views", 0.5).build());
      bad.add(FeatureRow.builder("u1", NOW).value("member", 1).build());
      bad.add(FeatureRow.builder("u1", NOW).value("country", "a\0").build());
      bad.add(FeatureRow.builder("u1", NOW).value("taste", new float[2]).build());
      bad.add(FeatureRow.builder("u1", NOW).value("taste", new float[] {1, 2, Float.NaN}).build());
      bad.add(FeatureRow.builder("u1", NOW).value("unknown", 1).build());
      bad.add(FeatureRow.builder("u1", NOW).build());
      bad.add(FeatureRow.builder("a{b}", NOW).value("views", 1).build());
      bad.add(FeatureRow.builder("a b", NOW).value("views", 1).build());
      bad.add(FeatureRow.builder("", NOW).value("views", 1).build());
      bad.add(FeatureRow.builder("u1", NOW.plus(Duration.ofDays(365))).value("views", 1).build());
      bad.add(futureKnowledge());
      for (FeatureRow row : bad) {
        assertThatThrownBy(() -> ml.features().put("user", List.of(row("good", NOW), row)))
            .as("%s", row)
            .isInstanceOf(InvalidInputException.class)
            .satisfies(FeatureStoreTest::isOneLine);
      }
      tiers.part(OfflineStore.class).latest(USER, row -> fail("was stored: " + row));
      assertThat(online("good", "u1")).containsOnly(Optional.empty());
    }
  }

  @Test
  void namesTheDeclaredViewsWhenAskedForAnother() {
    try (MlInfra ml = connect(USER)) {
      assertThatThrownBy(() -> ml.features().online("item", "i1"))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "feature view 'item' is not declared but must be one of [user]; declare it with"
                  + " view(...) when the host is configured");
    }
  }

  @Test
  void refusesAViewThatCannotBeStored() {
    assertThatThrownBy(
            () -> FeatureView.named("a{b}").number("x").number("x").vector("v", 0).build())
        .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.faults()).hasSize(3));
    assertThatThrownBy(() -> FeatureView.named("v").build())
        .hasMessageStartingWith("feature view v features was 0");
    assertThat(FeatureView.parse("user", USER.definition(), USER.ttl()).schemaHash())
        .isEqualTo(USER.schemaHash());
    assertThatThrownBy(() -> FeatureView.parse("user", "nonsense", USER.ttl()))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void saysWhichTierIsMissing() {
    MlInfraConfig config =
        MlInfraConfig.forService("test").install(fake.only(OfflineStore.class)).view(USER).build();
    try (MlInfra ml = MlInfra.connect(config)) {
      assertThat(ml.features().put("user", List.of(row("u1", Instant.now())))).isEqualTo(1);
      assertThatThrownBy(() -> ml.features().online("user", "u1"))
          .isInstanceOf(ModuleMissingException.class)
          .hasMessageContaining("ml-infra-redis");
    }
  }

  private MlInfra connect(FeatureView view) {
    return MlInfra.connect(
        MlInfraConfig.forService("test")
            .clock(Clock.fixed(NOW, ZoneOffset.UTC))
            .install(fake.only(OfflineStore.class, OnlineStore.class))
            .view(view)
            .build());
  }

  private List<Optional<byte[]>> online(String... entities) {
    return tiers.part(OnlineStore.class).read(USER, List.of(entities), Duration.ofSeconds(1));
  }

  private void store(byte[] packed) {
    tiers
        .part(OnlineStore.class)
        .putIfNewer(USER, List.of(new PackedRow("u1", NOW, NOW, USER.schemaHash(), packed)));
  }

  private static FeatureRow row(String entity, Instant at) {
    return FeatureRow.builder(entity, at)
        .value("ratio", 0.25)
        .value("views", 4)
        .value("member", false)
        .value("country", "jp")
        .value("taste", new float[] {1, 2, 3})
        .build();
  }

  private static FeatureRow futureKnowledge() {
    return FeatureRow.builder("u1", NOW)
        .value("views", 1)
        .knownAt(NOW.plus(Duration.ofDays(30)))
        .build();
  }

  private static void isOneLine(Throwable e) {
    assertThat(e).isInstanceOf(MlInfraException.class);
    assertThat(e.getMessage()).doesNotContain("\n").contains("; ");
  }
}
