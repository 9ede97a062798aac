package dev.mlinfra.postgres.internal.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What the server is and how the schema was laid out on it.
 *
 * @param version the server's version
 * @param schemaVersion the last migration applied, 0 for none
 * @param vectorSchema where pgvector lives when embeddings are vectors, empty when they are real[]
 * @param vectorIndex whether similar patterns are found through an index
 * @param hypertables whether the time series are hypertables rather than native partitions
 */
public record Capabilities(
    String version,
    int schemaVersion,
    String vectorSchema,
    boolean vectorIndex,
    boolean hypertables) {
  private static final String SQL =
      """
      SELECT current_setting('server_version'),
        coalesce((SELECT n.nspname
                  FROM pg_attribute a
                  JOIN pg_class c ON c.oid = a.attrelid AND c.relname = 'learned_patterns'
                  JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname = ?
                  JOIN pg_type t ON t.oid = a.atttypid AND t.typname = 'vector'
                  JOIN pg_namespace n ON n.oid = t.typnamespace
                  WHERE a.attname = 'embedding' AND NOT a.attisdropped), ''),
        EXISTS (SELECT FROM pg_indexes
                WHERE schemaname = ? AND indexname = 'learned_patterns_embedding'),
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
                WHERE s.nspname = ? AND c.relname = 'ml_decision_metrics' AND c.relkind = 'r')
      """;

  public static Capabilities read(Connection connection, String schema) throws SQLException {
    SchemaHistory history = SchemaHistory.read(connection, schema);
    try (PreparedStatement statement = connection.prepareStatement(SQL)) {
      statement.setString(1, schema);
      statement.setString(2, schema);
      statement.setString(3, schema);
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next()) {
          throw new SQLException("the server gave no row");
        }
        return new Capabilities(
            rows.getString(1),
            history.checksums().keySet().stream().mapToInt(Integer::intValue).max().orElse(0),
            rows.getString(2),
            rows.getBoolean(3),
            rows.getBoolean(4));
      }
    }
  }

  public boolean vectors() {
    return !vectorSchema.isEmpty();
  }

  public String describe() {
    String server = "PostgreSQL " + version.replaceFirst(" .*", "");
    if (schemaVersion == 0) {
      return server + ", no schema";
    }
    return "%s, schema version %d, %s, %s"
        .formatted(
            server,
            schemaVersion,
            vectors() ? (vectorIndex ? "pgvector with HNSW" : "pgvector") : "exact vector search",
            hypertables ? "TimescaleDB hypertables" : "native partitions");
  }
}
