package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.ModelVersion.Mirrored;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ModelMirror} promises.
 *
 * @since 0.1
 */
public abstract class ModelMirrorContract extends Contract {
  private final String name = unique("model");

  /** For who extends it. */
  protected ModelMirrorContract() {}

  @Test
  void saysWhereAVersionIs() {
    Mirrored where = mirror().mirror(version(1));

    assertThat(where.runId()).isNotBlank();
    assertThat(where.version()).isNotBlank();
  }

  @Test
  void changesNothingWhenAVersionComesAgain() {
    Mirrored where = mirror().mirror(version(1));

    assertThat(mirror().mirror(version(1))).isEqualTo(where);
  }

  @Test
  void showsEachVersionInAPlaceOfItsOwn() {
    Mirrored first = mirror().mirror(version(1));
    Mirrored second = mirror().mirror(version(2));

    assertThat(second.runId()).isNotEqualTo(first.runId());
    assertThat(second.version()).isNotEqualTo(first.version());
  }

  @Test
  void pointsAnAliasAsOftenAsItComes() {
    Mirrored where = mirror().mirror(version(1));
    Promotion promotion = new Promotion(name, "champion", 1, "ann", "better", now());

    mirror().mirror(promotion, where);
    mirror().mirror(promotion, where);
    assertThat(mirror().mirror(version(1))).as("the version is as it was").isEqualTo(where);
  }

  private ModelVersion version(int number) {
    return Models.version(name, number, now());
  }

  private ModelMirror mirror() {
    return part(ModelMirror.class);
  }
}
