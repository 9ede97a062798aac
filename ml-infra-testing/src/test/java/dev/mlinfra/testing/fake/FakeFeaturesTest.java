package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FakeFeaturesTest {
  private static final FeatureView VIEW =
      FeatureView.named("user").number("clicks").ttl(Duration.ofHours(1)).build();
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  private final OpenFake open = new OpenFake();
  private final OfflineStore offline = open.part(OfflineStore.class);
  private final OnlineStore online = open.part(OnlineStore.class);

  @Test
  void addsARowOnlyWhenItsValuesAreNews() {
    assertThat(offline.append(VIEW, List.of(row("u", 0, 0, 1)))).isEqualTo(1);
    assertThat(offline.append(VIEW, List.of(row("u", 0, 5, 1)))).isZero();
    assertThat(offline.append(VIEW, List.of(row("u", 0, 9, 2), row("u", 1, 9, 2)))).isEqualTo(2);
    assertThat(offline.definition("user", VIEW.schemaHash())).contains(VIEW.definition());
    assertThat(offline.definition("user", 0)).isEmpty();
  }

  @Test
  void joinsWhatWasTrueAndKnownAtTheTimeOfTheQuestion() {
    PackedRow first = row("u", 0, 0, 1);
    PackedRow corrected = row("u", 0, 20, 2);
    PackedRow later = row("u", 10, 15, 3);
    offline.append(VIEW, List.of(later, corrected, first));

    assertThat(asOf("u", -1)).isEmpty();
    assertThat(asOf("u", 0)).contains(first);
    assertThat(asOf("u", 12)).as("the later one is not known yet").contains(first);
    assertThat(asOf("u", 15)).contains(later);
    assertThat(asOf("u", 30)).as("event time comes before known time").contains(later);
    assertThat(asOf("nobody", 30)).isEmpty();
  }

  @Test
  void answersOldRowsTooSoThatTheCallerCanTellExpiredFromMissing() {
    PackedRow old = row("u", 0, 0, 1);
    offline.append(VIEW, List.of(old));
    assertThat(asOf("u", Duration.ofDays(30).toSeconds())).contains(old);
  }

  @Test
  void streamsTheNewestRowOfEveryEntity() {
    offline.append(VIEW, List.of(row("a", 0, 0, 1), row("a", 5, 5, 2), row("b", 1, 1, 3)));
    List<PackedRow> newest = new ArrayList<>();
    offline.latest(VIEW, newest::add);
    assertThat(newest).containsExactlyInAnyOrder(row("a", 5, 5, 2), row("b", 1, 1, 3));
  }

  @Test
  void keepsTheNewestValueOnlineUntilItsTimeToLiveIsOver() {
    assertThat(online.putIfNewer(VIEW, List.of(row("u", 10, 10, 2)))).isEqualTo(1);
    assertThat(online.putIfNewer(VIEW, List.of(row("u", 5, 20, 1)))).isZero();
    assertThat(online.putIfNewer(VIEW, List.of(row("u", 10, 20, 3)))).isEqualTo(1);
    assertThat(online.putIfNewer(VIEW, List.of(row("v", -7200, 0, 1)))).isZero();
    assertThat(read("u", "v")).containsExactly(3, null);
    open.advance(Duration.ofMinutes(61));
    assertThat(read("u")).containsExactly((Integer) null);
  }

  @Test
  void keepsToTheBudgetOfARead() {
    open.fake.hang(Part.ONLINE_STORE);
    assertThatThrownBy(() -> online.read(VIEW, List.of("u"), Duration.ofMillis(10)))
        .isInstanceOf(TimedOutException.class)
        .hasMessageContaining("10 ms");
    open.fake.fail(Part.ONLINE_STORE);
    assertThatThrownBy(() -> online.read(VIEW, List.of("u"), Duration.ofMillis(10)))
        .isInstanceOf(UnavailableException.class);
  }

  private Optional<PackedRow> asOf(String entity, long second) {
    AsOf question = new AsOf(entity, NOON.plusSeconds(second));
    return offline.asOf(VIEW, List.of(new AsOf("other", NOON), question)).get(1);
  }

  private List<Integer> read(String... entities) {
    List<Integer> values = new ArrayList<>();
    online
        .read(VIEW, List.of(entities), Duration.ofSeconds(1))
        .forEach(value -> values.add(value.map(bytes -> (int) bytes[0]).orElse(null)));
    return values;
  }

  private static PackedRow row(String entity, long eventSecond, long knownSecond, int value) {
    return new PackedRow(
        entity,
        NOON.plusSeconds(eventSecond),
        NOON.plusSeconds(knownSecond),
        VIEW.schemaHash(),
        new byte[] {(byte) value});
  }
}
