package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.SchemaAdmin;
import org.junit.jupiter.api.Test;

/**
 * What every {@link SchemaAdmin} promises.
 *
 * @since 0.1
 */
public abstract class SchemaAdminContract extends Contract {
  /** For who extends it. */
  protected SchemaAdminContract() {}

  @Test
  void findsWhatItEnsured() {
    part(SchemaAdmin.class).ensure();
    part(SchemaAdmin.class).verify();
  }

  @Test
  void ensuresAsOftenAsOneLikes() {
    part(SchemaAdmin.class).ensure();
    part(SchemaAdmin.class).ensure();
    part(SchemaAdmin.class).verify();
  }

  @Test
  void printsTheSameTextBeforeAndAfter() {
    String before = part(SchemaAdmin.class).exportDdl();
    part(SchemaAdmin.class).ensure();
    assertThat(part(SchemaAdmin.class).exportDdl()).isNotBlank().isEqualTo(before);
  }
}
