package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OfflineStore} promises.
 *
 * @since 0.1
 */
public abstract class OfflineStoreContract extends Contract {
  private final FeatureView view = Packed.view(Duration.ofHours(1));
  private Instant noon = Instant.EPOCH;

  /** For who extends it. */
  protected OfflineStoreContract() {}

  @BeforeEach
  void setTheTime() {
    noon = now().minus(Duration.ofDays(2));
  }

  @Test
  void addsARowOnlyWhenItsValuesAreNews() {
    assertThat(append(row("u", 0, 0, 1))).isEqualTo(1);
    assertThat(append(row("u", 0, 0, 1))).isZero();
    assertThat(append(row("u", 0, 5, 1))).as("known again later").isZero();
    assertThat(append(row("u", 0, 9, 2), row("u", 1, 9, 2))).isEqualTo(2);
  }

  @Test
  void joinsWhatWasTrueAndKnownAtTheTimeOfTheQuestion() {
    PackedRow first = row("u", 0, 0, 1);
    PackedRow corrected = row("u", 0, 20, 2);
    PackedRow later = row("u", 10, 15, 3);
    append(later, corrected, first);

    assertThat(asOf("u", -1)).isEmpty();
    assertThat(asOf("u", 0)).contains(first);
    assertThat(asOf("u", 12)).as("the later one is not known yet").contains(first);
    assertThat(asOf("u", 15)).contains(later);
    assertThat(asOf("u", 30)).as("event time comes before known time").contains(later);
  }

  @Test
  void takesACorrectionFromWhenItIsKnown() {
    PackedRow first = row("u", 0, 0, 1);
    PackedRow corrected = row("u", 0, 20, 2);
    append(first, corrected);

    assertThat(asOf("u", 19)).contains(first);
    assertThat(asOf("u", 20)).contains(corrected);
  }

  @Test
  void answersEachQuestionInItsPlace() {
    PackedRow ann = row("ann", 0, 0, 1);
    PackedRow bob = row("bob", 0, 0, 2);
    append(ann, bob);

    assertThat(store().asOf(view, List.of(at("bob", 1), at("nobody", 1), at("ann", 1))))
        .containsExactly(Optional.of(bob), Optional.empty(), Optional.of(ann));
  }

  @Test
  void answersExpiredRowsToo() {
    PackedRow old = row("u", 0, 0, 1);
    append(old);

    assertThat(asOf("u", view.ttl().toSeconds() + 1)).contains(old);
  }

  @Test
  void streamsTheNewestRowOfEveryEntityOnce() {
    append(row("a", 0, 0, 1), row("a", 5, 5, 2), row("a", 5, 9, 3), row("b", 1, 1, 4));

    List<PackedRow> newest = new ArrayList<>();
    store().latest(view, newest::add);
    assertThat(newest).containsExactlyInAnyOrder(row("a", 5, 9, 3), row("b", 1, 1, 4));
  }

  @Test
  void keepsTheDefinitionUnderWhichRowsWereWritten() {
    append(row("u", 0, 0, 1));

    assertThat(store().definition(view.name(), view.schemaHash())).contains(view.definition());
    assertThat(store().definition(view.name(), view.schemaHash() + 1)).isEmpty();
    assertThat(store().definition("nobody", view.schemaHash())).isEmpty();
  }

  @Test
  void keepsViewsApart() {
    FeatureView other = Packed.view(Duration.ofHours(1));
    append(row("u", 0, 0, 1));

    assertThat(store().asOf(other, List.of(at("u", 9)))).containsExactly(Optional.empty());
  }

  private OfflineStore store() {
    return part(OfflineStore.class);
  }

  private int append(PackedRow... rows) {
    return store().append(view, List.of(rows));
  }

  private Optional<PackedRow> asOf(String entity, long seconds) {
    return store().asOf(view, List.of(at(entity, seconds))).get(0);
  }

  private AsOf at(String entity, long seconds) {
    return new AsOf(entity, noon.plusSeconds(seconds));
  }

  private PackedRow row(String entity, int at, int known, int value) {
    return Packed.row(view, entity, noon.plusSeconds(at), noon.plusSeconds(known), value);
  }
}
