package dev.mlinfra.postgres.internal.schema;

import dev.mlinfra.error.ConfigException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a database says it is: the migrations applied to it and the settings fixed with them. */
record SchemaHistory(Map<Integer, String> checksums, Optional<Integer> embeddingDimensions) {
  private static final int CHECKSUM_CHARS = 12;

  static SchemaHistory read(Connection connection, String schema) throws SQLException {
    if (!exists(connection, schema)) {
      return new SchemaHistory(Map.of(), Optional.empty());
    }
    Map<Integer, String> checksums = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT version, checksum FROM \"" + schema + "\".schema_history")) {
      while (rows.next()) {
        checksums.put(rows.getInt(1), rows.getString(2));
      }
    }
    return new SchemaHistory(checksums, dimensions(connection, schema));
  }

  private static boolean exists(Connection connection, String schema) throws SQLException {
    String sql =
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_tables"
            + " WHERE schemaname = ? AND tablename = 'schema_history')";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, schema);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    }
  }

  private static Optional<Integer> dimensions(Connection connection, String schema)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT value::integer FROM \""
                    + schema
                    + "\".schema_settings WHERE key = 'embedding_dimensions'")) {
      return rows.next() ? Optional.of(rows.getInt(1)) : Optional.empty();
    }
  }

  /** Returns the first migration of the plan that this database lacks. */
  Optional<Migration> firstMissing(SchemaPlan plan) {
    return plan.migrations().stream().filter(m -> !checksums.containsKey(m.version())).findFirst();
  }

  /**
   * Refuses a database that another release made.
   *
   * @throws ConfigException when it is newer, was edited, or was made for other embeddings
   */
  void requireCompatible(SchemaPlan plan) {
    for (Map.Entry<Integer, String> applied : checksums.entrySet()) {
      if (applied.getKey() < 1 || applied.getKey() > plan.latest()) {
        throw new ConfigException(
            "schema '%s' was at version %d but this release knows versions up to %d; use the release of ml-infra that made it"
                .formatted(plan.schema(), applied.getKey(), plan.latest()));
      }
      Migration ours = plan.migrations().get(applied.getKey() - 1);
      if (!ours.checksum().equals(applied.getValue())) {
        throw new ConfigException(
            "%s of schema '%s' was applied with checksum %s but this release has %s; use the release of ml-infra that made it"
                .formatted(ours, plan.schema(), brief(applied.getValue()), brief(ours.checksum())));
      }
    }
    firstMissing(plan).ifPresent(missing -> requireNoneAfter(missing, plan));
    embeddingDimensions.ifPresent(stored -> requireSameDimensions(stored, plan));
  }

  private void requireNoneAfter(Migration missing, SchemaPlan plan) {
    if (checksums.size() >= missing.version()) {
      throw new ConfigException(
          "schema '%s' was without %s but has later ones; restore its schema_history table"
              .formatted(plan.schema(), missing));
    }
  }

  private static void requireSameDimensions(int stored, SchemaPlan plan) {
    if (stored != plan.embeddingDimensions()) {
      throw new ConfigException(
          "postgres.embeddingDimensions was %d but schema '%s' was made for %d; pass %d"
              .formatted(plan.embeddingDimensions(), plan.schema(), stored, stored));
    }
  }

  private static String brief(String checksum) {
    return checksum.length() <= CHECKSUM_CHARS ? checksum : checksum.substring(0, CHECKSUM_CHARS);
  }
}
