package dev.mlinfra.postgres.internal.schema;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/** What one database is to look like: the migrations, rendered for its schema name and lengths. */
public record SchemaPlan(String schema, int embeddingDimensions) {
  /** In order; read from the jar when they are first asked for. */
  List<Migration> migrations() {
    return Migrations.ALL;
  }

  int latest() {
    return migrations().get(migrations().size() - 1).version();
  }

  /** First half of the advisory lock key that all processes of this schema agree on. */
  public int lockKey() {
    CRC32 crc = new CRC32();
    crc.update(("ml-infra " + schema).getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }

  String sql(Migration migration) {
    return migration
        .template()
        .replace("${schema}", schema)
        .replace("${embedding_dimensions}", Integer.toString(embeddingDimensions))
        .replace("${lock_key}", Integer.toString(lockKey()));
  }

  /** Writes the migration down as applied; harmless when it is there already. */
  String record(Migration migration) {
    return """
        INSERT INTO "%s".schema_history (version, name, checksum)
        VALUES (%d, '%s', '%s')
        ON CONFLICT (version) DO NOTHING;
        """
        .formatted(schema, migration.version(), migration.name(), migration.checksum());
  }

  /** The whole as one script for a DBA; it may be run again. */
  String ddl() {
    StringBuilder script =
        new StringBuilder()
            .append("-- The schema of ml-infra at version ")
            .append(latest())
            .append(".\n")
            .append("-- Run it as the schema's owner: psql -v ON_ERROR_STOP=1 -f ml-schema.sql\n")
            .append(
                "-- Running it again changes nothing; ensureSchema() agrees with its outcome.\n");
    for (Migration migration : migrations()) {
      script
          .append("\n-- ")
          .append(migration)
          .append("\nBEGIN;\n\n")
          .append("SELECT pg_advisory_xact_lock(")
          .append(lockKey())
          .append(", 0);\n\n")
          .append(sql(migration))
          .append('\n')
          .append(record(migration))
          .append("\nCOMMIT;\n");
    }
    return script.toString();
  }
}
