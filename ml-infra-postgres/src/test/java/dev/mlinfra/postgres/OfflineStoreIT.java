package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OfflineStoreIT {
  private static final Instant NOON = Instant.parse("2019-11-24T12:00:00Z");
  private static final FeatureView USER = FeatureView.named("user").number("age").build();

  private final TestDatabase database = TestDatabase.create();
  private final OpenPostgres postgres = OpenPostgres.ready(database);
  private final OfflineStore store = postgres.part(OfflineStore.class);

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void answersWithTheLatestEventThatWasTrueAndKnown() {
    PackedRow early = row("u1", 1, 1, 10);
    PackedRow corrected = row("u1", 1, 5, 11);
    PackedRow late = row("u1", 3, 3, 12);
    store.append(USER, List.of(early, late, corrected, row("u2", 1, 1, 20)));

    assertThat(ask("u1", 0, 1, 2, 3, 4, 5))
        .containsExactly(
            Optional.empty(),
            Optional.of(early),
            Optional.of(early),
            Optional.of(late),
            Optional.of(late),
            Optional.of(late));
  }

  @Test
  void answersWithACorrectionOnlyOnceItIsKnown() {
    PackedRow first = row("u1", 1, 1, 10);
    PackedRow corrected = row("u1", 1, 5, 11);
    store.append(USER, List.of(corrected, first));

    assertThat(ask("u1", 4, 5)).containsExactly(Optional.of(first), Optional.of(corrected));
  }

  @Test
  void alignsAnswersWithQuestionsAlsoWhenOneIsAskedTwice() {
    PackedRow one = row("u1", 1, 1, 10);
    PackedRow two = row("u2", 1, 1, 20);
    store.append(USER, List.of(one, two));

    List<AsOf> spine =
        List.of(
            new AsOf("u2", at(2)),
            new AsOf("nobody", at(2)),
            new AsOf("u1", at(2)),
            new AsOf("u2", at(2)));

    assertThat(store.asOf(USER, spine))
        .containsExactly(Optional.of(two), Optional.empty(), Optional.of(one), Optional.of(two));
    assertThat(store.asOf(USER, List.of())).isEmpty();
  }

  @Test
  void tellsViewsApart() {
    store.append(USER, List.of(row("u1", 1, 1, 10)));
    FeatureView other = FeatureView.named("other").number("age").build();
    assertThat(store.asOf(other, List.of(new AsOf("u1", at(2))))).containsExactly(Optional.empty());
  }

  @Test
  void addsNothingForWhatIsKnownAlready() {
    PackedRow row = row("u1", 1, 1, 10);
    assertThat(store.append(USER, List.of(row))).isEqualTo(1);
    assertThat(store.append(USER, List.of(row, row("u1", 1, 7, 10)))).isZero();
    assertThat(store.append(USER, List.of(row("u1", 1, 8, 11), row("u1", 1, 9, 11)))).isEqualTo(1);
    assertThat(store.append(USER, List.of(row("u1", 1, 10, 10)))).isEqualTo(1);
    assertThat(database.count("ml_learning.feature_store")).isEqualTo(3);
  }

  @Test
  void comparesABackFillWithWhatWasKnownBeforeIt() {
    store.append(USER, List.of(row("u1", 1, 5, 11)));
    assertThat(store.append(USER, List.of(row("u1", 1, 2, 11)))).isEqualTo(1);
    assertThat(store.append(USER, List.of(row("u1", 1, 1, 10), row("u1", 1, 3, 10)))).isEqualTo(2);
    assertThat(ask("u1", 1, 2, 3, 5))
        .containsExactly(
            Optional.of(row("u1", 1, 1, 10)),
            Optional.of(row("u1", 1, 2, 11)),
            Optional.of(row("u1", 1, 3, 10)),
            Optional.of(row("u1", 1, 5, 11)));
  }

  @Test
  void keepsTheLastOfSeveralRowsThatBecameKnownAtOneInstant() {
    PackedRow last = row("u1", 1, 1, 11);
    assertThat(store.append(USER, List.of(row("u1", 1, 1, 10), last))).isEqualTo(1);
    assertThat(ask("u1", 1)).containsExactly(Optional.of(last));
    PackedRow later = row("u1", 1, 1, 12);
    store.append(USER, List.of(later));
    assertThat(ask("u1", 1)).containsExactly(Optional.of(later));
  }

  @Test
  void streamsTheNewestRowOfEveryEntity() {
    List<PackedRow> rows = new ArrayList<>();
    for (int user = 0; user < 2_500; user++) {
      rows.add(row("u" + user, 1, 1, user));
      rows.add(row("u" + user, 2, 1, user + 1));
    }
    store.append(USER, rows);
    List<PackedRow> latest = new ArrayList<>();
    store.latest(USER, latest::add);
    assertThat(latest).hasSize(2_500).allMatch(row -> row.eventTime().equals(at(2)));
  }

  @Test
  void keepsTheDefinitionsOfOlderRows() {
    store.append(USER, List.of(row("u1", 1, 1, 10)));
    FeatureView wider = FeatureView.named("user").number("age").count("visits").build();
    store.append(wider, List.of(row("u1", 2, 2, 10)));
    assertThat(store.definition("user", USER.schemaHash())).contains(USER.definition());
    assertThat(store.definition("user", wider.schemaHash())).contains(wider.definition());
    assertThat(store.definition("user", 0)).isEmpty();
  }

  private List<Optional<PackedRow>> ask(String entity, int... hours) {
    List<AsOf> spine = new ArrayList<>();
    for (int hour : hours) {
      spine.add(new AsOf(entity, at(hour)));
    }
    return store.asOf(USER, spine);
  }

  private static PackedRow row(String entity, int event, int known, int value) {
    byte[] packed = {(byte) value, (byte) (value >> 8), 0};
    return new PackedRow(entity, at(event), at(known), USER.schemaHash(), packed);
  }

  private static Instant at(int hour) {
    return NOON.plusSeconds(3_600L * hour);
  }
}
