package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConflictException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.ModelVersion.Mirrored;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ModelStore} promises.
 *
 * @since 0.1
 */
public abstract class ModelStoreContract extends Contract {
  private static final int MANY = 10_000;

  private final String name = unique("model");

  /** For who extends it. */
  protected ModelStoreContract() {}

  @Test
  void numbersTheVersionsOfEachModelWithoutGaps() {
    register('a');
    register('b');

    assertThat(store().register(Models.fresh(unique("other"), 'a')).version().version()).isOne();
    assertThat(register('c').version()).isEqualTo(3);
    assertThat(store().versions(name)).extracting(ModelVersion::version).containsExactly(1, 2, 3);
  }

  @Test
  void givesTheSameBytesTheVersionTheyHave() {
    ModelStore.Registered first = store().register(Models.fresh(name, 'a'));
    register('b');
    ModelStore.Registered again = store().register(Models.fresh(name, 'a'));

    assertThat(first.created()).isTrue();
    assertThat(again.created()).isFalse();
    assertThat(again.version()).isEqualTo(first.version());
  }

  @Test
  void keepsMetricsAndTags() {
    NewModel model =
        Models.fresh(name, 'a').metrics(Map.of("auc", 0.75)).tags(Map.of("note", "it's \"x\""));
    store().register(model);

    ModelVersion kept = store().versions(name).get(0);
    assertThat(kept.metrics()).isEqualTo(model.metrics());
    assertThat(kept.tags()).isEqualTo(model.tags());
    assertThat(kept.artifact()).isEqualTo(model.artifact());
    assertThat(kept.mirror()).isEmpty();
  }

  @Test
  void findsWhatAnAliasMeansNow() {
    register('a');
    register('b');
    promote(1);
    promote(2);

    assertThat(store().current(name, "champion").map(ModelVersion::version)).contains(2);
    assertThat(store().current(name, "never")).isEmpty();
    assertThat(store().history(name)).extracting(Promotion::version).containsExactly(1, 2);
  }

  @Test
  void appendsNoPromotionThatChangesNothing() {
    register('a');
    Promotion first = promote(1);

    assertThat(
            store().promote(NewPromotion.of(name, 1).alias("champion").by("bob").reason("again")))
        .isEqualTo(first);
    assertThat(store().history(name)).containsExactly(first);
  }

  @Test
  void refusesToPromoteWhatIsNotRegistered() {
    register('a');

    assertThatThrownBy(() -> promote(2)).isInstanceOf(ConflictException.class);
    assertThat(store().history(name)).isEmpty();
  }

  @Test
  void listsTheVersionsThatTheMirrorLacks() {
    ModelVersion first = register('a');
    ModelVersion second = register('b');
    store().mirrored(first, new Mirrored("run", "1"));

    assertThat(store().unmirrored(MANY))
        .contains(second)
        .extracting(ModelVersion::name)
        .containsOnlyOnce(name);
    assertThat(store().versions(name).get(0).mirror()).contains(new Mirrored("run", "1"));
  }

  @Test
  void listsThePromotionsInForceThatTheMirrorLacksAndWhoseVersionItHas() {
    ModelVersion first = register('a');
    ModelVersion second = register('b');
    promote(1);
    Promotion inForce = promote(2);
    store().mirrored(first, new Mirrored("run-1", "1"));
    assertThat(lacking()).as("one is over, one has no version there").isEmpty();

    store().mirrored(second, new Mirrored("run-2", "2"));
    assertThat(lacking()).containsExactly(inForce);

    store().mirrored(inForce);
    assertThat(lacking()).isEmpty();
  }

  private List<Promotion> lacking() {
    return store().unmirroredPromotions(MANY).stream().filter(p -> p.name().equals(name)).toList();
  }

  private ModelStore store() {
    return part(ModelStore.class);
  }

  private ModelVersion register(char digit) {
    return store().register(Models.fresh(name, digit)).version();
  }

  private Promotion promote(int version) {
    return store()
        .promote(NewPromotion.of(name, version).alias("champion").by("ann").reason("better"));
  }
}
