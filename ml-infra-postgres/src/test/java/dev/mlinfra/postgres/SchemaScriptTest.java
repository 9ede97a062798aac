package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class SchemaScriptTest {
  /** Run with {@code -Dmlinfra.writeScripts} to write the script anew after a change. */
  @Test
  void theScriptForAdministratorsIsWhatExportDdlPrints() throws IOException {
    try (OpenPostgres postgres = OpenPostgres.of(Postgres.at("jdbc:postgresql://localhost/ml"))) {
      String ddl = postgres.schema().exportDdl();
      if (System.getProperty("mlinfra.writeScripts") != null) {
        Files.writeString(SchemaScripts.SCHEMA, ddl);
      }
      assertThat(Files.readString(SchemaScripts.SCHEMA)).isEqualTo(ddl);
    }
  }

  @Test
  void exportsAnotherSchemaWithoutAnyPlaceholderLeft() {
    Postgres module =
        Postgres.at("jdbc:postgresql://localhost/ml").schema("other").embeddingDimensions(8);
    try (OpenPostgres postgres = OpenPostgres.of(module)) {
      assertThat(postgres.schema().exportDdl())
          .contains("CREATE SCHEMA \"other\"", "%I.vector(8)")
          .doesNotContain("${", "ml_learning");
    }
  }
}
