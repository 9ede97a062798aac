package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What every {@link OnlineStore} promises.
 *
 * @since 0.1
 */
public abstract class OnlineStoreContract extends Contract {
  private final FeatureView view = Packed.view(Duration.ofHours(1));

  /** For who extends it. */
  protected OnlineStoreContract() {}

  @Test
  void answersEachEntityInItsPlace() {
    PackedRow ann = row("ann", -10, 1);
    PackedRow bob = row("bob", -10, 2);
    assertThat(put(ann, bob)).isEqualTo(2);

    assertThat(read(view, "bob", "nobody", "ann"))
        .containsExactly(values(bob), Optional.empty(), values(ann));
  }

  @Test
  void neverReplacesANewerRowByAnOlder() {
    PackedRow newer = row("u", -10, 1);
    put(newer);

    assertThat(put(row("u", -20, 2))).isZero();
    assertThat(read(view, "u")).containsExactly(values(newer));
  }

  @Test
  void replacesARowByOneOfTheSameOrALaterTime() {
    PackedRow first = row("u", -10, 1);
    PackedRow same = Packed.row(view, "u", first.eventTime(), now(), 2);
    PackedRow later = row("u", -5, 3);

    assertThat(put(first)).isEqualTo(1);
    assertThat(put(same)).isEqualTo(1);
    assertThat(read(view, "u")).containsExactly(values(same));
    assertThat(put(later)).isEqualTo(1);
    assertThat(read(view, "u")).containsExactly(values(later));
  }

  @Test
  void countsOnlyWhatIsNewer() {
    put(row("a", -10, 1));

    assertThat(put(row("a", -20, 2), row("b", -20, 2))).isEqualTo(1);
  }

  @Test
  void keepsTheNewestOfOneBatch() {
    PackedRow newest = row("u", -5, 2);
    put(row("u", -10, 1), newest, row("u", -20, 3));

    assertThat(read(view, "u")).containsExactly(values(newest));
  }

  @Test
  void countsTheTimeToLiveFromTheEventTime() {
    assertThat(put(row("old", -view.ttl().toSeconds() - 60, 1))).isZero();
    assertThat(put(row("young", -view.ttl().toSeconds() + 60, 1))).isEqualTo(1);

    assertThat(read(view, "old", "young"))
        .extracting(Optional::isPresent)
        .containsExactly(false, true);
  }

  @Test
  void keepsWhatNeverExpires() {
    FeatureView eternal = Packed.view(Duration.ofSeconds(Long.MAX_VALUE));
    PackedRow row = Packed.row(eternal, "u", now(), now(), 1);
    part(OnlineStore.class).putIfNewer(eternal, List.of(row));

    assertThat(read(eternal, "u")).containsExactly(values(row));
  }

  @Test
  void keepsViewsApart() {
    put(row("u", -10, 1));

    assertThat(read(Packed.view(Duration.ofHours(1)), "u")).containsExactly(Optional.empty());
  }

  private int put(PackedRow... rows) {
    return part(OnlineStore.class).putIfNewer(view, List.of(rows));
  }

  private List<Optional<ByteBuffer>> read(FeatureView of, String... entities) {
    return part(OnlineStore.class).read(of, List.of(entities), SOON).stream()
        .map(found -> found.map(ByteBuffer::wrap))
        .toList();
  }

  private static Optional<ByteBuffer> values(PackedRow row) {
    return Optional.of(ByteBuffer.wrap(row.packed()));
  }

  private PackedRow row(String entity, long seconds, int value) {
    return Packed.row(view, entity, now().plusSeconds(seconds), now(), value);
  }
}
