package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.spi.ModelPointers;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ModelPointers} promises.
 *
 * @since 0.1
 */
public abstract class ModelPointersContract extends Contract {
  private final String name = unique("model");

  /** For who extends it. */
  protected ModelPointersContract() {}

  @Test
  void readsWhatAnAliasMeantLast() {
    ModelVersion first = Models.version(name, 1, now());
    ModelVersion second = Models.version(name, 2, now());
    pointers().point("champion", first);
    pointers().point("champion", second);

    ModelVersion found = pointers().find(name, "champion").orElseThrow();
    assertThat(found.name()).isEqualTo(name);
    assertThat(found.version()).isEqualTo(2);
    assertThat(found.artifact()).isEqualTo(second.artifact());
    assertThat(found.createdAt()).isEqualTo(second.createdAt());
  }

  @Test
  void goesBackWhenTheAliasDoes() {
    pointers().point("champion", Models.version(name, 2, now()));
    pointers().point("champion", Models.version(name, 1, now()));

    assertThat(pointers().find(name, "champion").map(ModelVersion::version)).contains(1);
  }

  @Test
  void keepsAliasesAndModelsApart() {
    String other = unique("other");
    pointers().point("champion", Models.version(name, 1, now()));
    pointers().point("challenger", Models.version(name, 2, now()));
    pointers().point("champion", Models.version(other, 3, now()));

    assertThat(pointers().find(name, "champion").map(ModelVersion::version)).contains(1);
    assertThat(pointers().find(name, "challenger").map(ModelVersion::version)).contains(2);
    assertThat(pointers().find(other, "champion").map(ModelVersion::version)).contains(3);
  }

  @Test
  void knowsNothingOfWhatWasNeverPointedAt() {
    assertThat(pointers().find(name, "champion")).isEmpty();
  }

  private ModelPointers pointers() {
    return part(ModelPointers.class);
  }
}
