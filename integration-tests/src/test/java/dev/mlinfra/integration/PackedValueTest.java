package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.feature.FeatureLookup;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.RecordingTelemetry;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What the feature store writes, seen through the bytes that its online tier holds. */
class PackedValueTest {
  private static final int LENGTH = 3;
  private static final FeatureView VIEW =
      FeatureView.named("packed")
          .number("number")
          .count("count")
          .flag("flag")
          .text("text")
          .vector("vector", LENGTH)
          .ttl(Duration.ofDays(40_000))
          .build();

  private static final FakeInfra FAKE = FakeInfra.create();
  private static final OnlineStore ONLINE = RecordingWiring.opened(FAKE).part(OnlineStore.class);
  private static final AtomicInteger ENTITIES = new AtomicInteger();
  private static final RecordingTelemetry METERS = new RecordingTelemetry();
  private static MlInfra ml;

  @BeforeContainer
  static void connect() {
    ml =
        MlInfra.connect(
            MlInfraConfig.forService("packed").install(FAKE).install(METERS).view(VIEW).build());
  }

  @AfterContainer
  static void close() {
    ml.close();
  }

  @Property(tries = 300)
  void comesBackAsItWasPut(@ForAll("rows") FeatureRow row) {
    ml.features().put("packed", List.of(row));

    FeatureLookup found = read(row);
    assertThat(found.status()).isEqualTo(FeatureStatus.PRESENT);
    FeatureRow back = found.row().orElseThrow();
    assertThat(back.eventTime()).isEqualTo(row.eventTime());
    assertThat(back.values().keySet()).isEqualTo(row.values().keySet());
    back.values()
        .forEach(
            (name, value) ->
                assertThat(value)
                    .as(name)
                    .usingRecursiveComparison()
                    .isEqualTo(row.values().get(name)));
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void neverShowsANumberAfterABitFlipped(
      @ForAll("rows") FeatureRow row, @ForAll @IntRange(max = 1_000_000) int anyBit) {
    ml.features().put("packed", List.of(row));
    byte[] bytes = stored(row.entity());
    int bit = anyBit % (bytes.length * 8);
    bytes[bit / 8] ^= (byte) (1 << bit % 8);

    assertRefused(row, bytes);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void neverShowsANumberAfterTruncation(
      @ForAll("rows") FeatureRow row, @ForAll @IntRange(max = 1_000_000) int anyLength) {
    ml.features().put("packed", List.of(row));
    byte[] bytes = stored(row.entity());

    assertRefused(row, Arrays.copyOf(bytes, anyLength % bytes.length));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void neverShowsANumberWithBytesAppended(
      @ForAll("rows") FeatureRow row, @ForAll @IntRange(min = 1, max = 64) int more) {
    ml.features().put("packed", List.of(row));
    byte[] bytes = stored(row.entity());

    assertRefused(row, Arrays.copyOf(bytes, bytes.length + more));
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void neverShowsANumberFromForeignBytes(@ForAll byte[] foreign) {
    assertRefused(FeatureRow.builder("e", Instant.EPOCH).build(), foreign);
  }

  private static void assertRefused(FeatureRow row, byte[] bytes) {
    long before = METERS.value(Instrument.FEATURES_CORRUPT, "packed");
    ONLINE.putIfNewer(
        VIEW,
        List.of(
            new PackedRow(row.entity(), Instant.now(), Instant.now(), VIEW.schemaHash(), bytes)));

    assertThat(read(row)).isEqualTo(FeatureLookup.without(row.entity(), FeatureStatus.MISSING));
    assertThat(METERS.value(Instrument.FEATURES_CORRUPT, "packed")).isEqualTo(before + 1);
  }

  private static byte[] stored(String entity) {
    return ONLINE.read(VIEW, List.of(entity), Duration.ofSeconds(10)).get(0).orElseThrow();
  }

  private static FeatureLookup read(FeatureRow row) {
    return ml.features().online("packed", row.entity());
  }

  @Provide
  static Arbitrary<FeatureRow> rows() {
    Arbitrary<Instant> times =
        Arbitraries.longs()
            .between(0, 4_000_000_000L)
            .map(tenths -> Instant.EPOCH.plus(tenths * 400, ChronoUnit.MILLIS).plusNanos(1_000))
            .filter(time -> time.isBefore(Instant.now()));
    return Combinators.combine(times, values()).as(PackedValueTest::row);
  }

  private static FeatureRow row(Instant at, Map<String, Object> values) {
    FeatureRow.Builder row = FeatureRow.builder("e" + ENTITIES.incrementAndGet(), at);
    values.forEach(row::value);
    return row.build();
  }

  /** Any of the features with any value that the view allows, at least one. */
  private static Arbitrary<Map<String, Object>> values() {
    Arbitrary<Float> finite = Arbitraries.floats();
    return Arbitraries.of("number", "count", "flag", "text", "vector")
        .set()
        .ofMinSize(1)
        .flatMap(
            names ->
                Combinators.combine(
                        Arbitraries.doubles(),
                        Arbitraries.longs(),
                        Arbitraries.of(true, false),
                        storableText(),
                        finite.array(float[].class).ofSize(LENGTH))
                    .as(
                        (number, count, flag, text, vector) -> {
                          Map<String, Object> all =
                              new java.util.HashMap<>(
                                  Map.of(
                                      "number", number,
                                      "count", count,
                                      "flag", flag,
                                      "text", text,
                                      "vector", vector));
                          all.keySet().retainAll(names);
                          return all;
                        }));
  }

  private static Arbitrary<String> storableText() {
    return Arbitraries.strings()
        .all()
        .ofMaxLength(40)
        .filter(text -> text.indexOf(0) < 0 && text.codePoints().noneMatch(PackedValueTest::half));
  }

  private static boolean half(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
