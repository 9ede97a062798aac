package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.server.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The SQL for embeddings, which depends on the type that their column has. */
final class VectorSearch {
  private static final int MIN_EF_SEARCH = 40;
  private static final int MAX_EF_SEARCH = 1_000;

  private record Layout(String vectorSchema, boolean iterativeScan) {
    boolean vectors() {
      return !vectorSchema.isEmpty();
    }
  }

  private final Database database;
  private volatile @Nullable Layout layout;

  VectorSearch(Database database) {
    this.database = database;
  }

  /** A placeholder for a {@code real[]} that becomes what the column holds. */
  String parameter(Connection connection) throws SQLException {
    Layout known = layout(connection);
    return known.vectors()
        ? "CAST(CAST(? AS real[]) AS \"" + known.vectorSchema() + "\".vector)"
        : "CAST(? AS real[])";
  }

  /**
   * The query for the nearest by cosine, whose parameters are embedding, kind and limit, and whose
   * last column is the distance. Patterns without a direction are left out.
   */
  String nearest(Connection connection, String columns, int limit) throws SQLException {
    Layout known = layout(connection);
    String distance = "ml.cosine_distance(embedding, %s)";
    if (known.vectors()) {
      distance = "embedding OPERATOR(\"" + known.vectorSchema() + "\".<=>) %s";
      tuneIndex(connection, known, limit);
    }
    String sql =
        """
        SELECT * FROM (
          SELECT %s, %s AS distance
          FROM ml.learned_patterns
          WHERE kind = ? AND embedding IS NOT NULL
          ORDER BY distance, pattern_key LIMIT ?) AS nearest
        WHERE distance <> 'NaN' ORDER BY distance, pattern_key
        """;
    return database.sql(sql.formatted(columns, distance.formatted(parameter(connection))));
  }

  /** An index that is searched for all kinds at once must go on until enough are of this kind. */
  private static void tuneIndex(Connection connection, Layout known, int limit)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      int ef = Math.max(MIN_EF_SEARCH, Math.min(MAX_EF_SEARCH, 2 * limit));
      statement.execute("SET LOCAL hnsw.ef_search = " + ef);
      if (known.iterativeScan()) {
        statement.execute("SET LOCAL hnsw.iterative_scan = strict_order");
      }
    }
  }

  private Layout layout(Connection connection) throws SQLException {
    Layout known = layout;
    if (known == null) {
      known = read(connection);
      layout = known;
    }
    return known;
  }

  private Layout read(Connection connection) throws SQLException {
    String sql =
        """
        SELECT CASE WHEN t.typname = 'vector' THEN n.nspname ELSE '' END,
          coalesce((SELECT string_to_array(extversion, '.')::integer[] >= ARRAY[0, 8]
                    FROM pg_extension WHERE extname = 'vector'), false)
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE a.attrelid = 'ml.learned_patterns'::regclass AND a.attname = 'embedding'
        """;
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(database.sql(sql))) {
      return rows.next()
          ? new Layout(rows.getString(1), rows.getBoolean(2))
          : new Layout("", false);
    }
  }
}
