package dev.mlinfra.exporter;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/**
 * The age of the newest row of each table, by an index where one is there, else from the end of the
 * table, where rows are appended: reading whole tables would slow down what they are for.
 */
final class NewestRows {
  private static final int LAST_BLOCKS = 2_048;

  private static final Map<String, String> TIMES =
      new TreeMap<>(
          Map.of(
              "agent_activations", "received_at",
              "agent_feedback", "received_at",
              "feature_store", "created_at",
              "learned_patterns", "updated_at",
              "model_metadata", "created_at",
              "model_promotions", "promoted_at",
              "dead_letters", "parked_at"));

  /** Decision ids sort by time, so the end of the primary key is the newest. */
  private static final String DECISIONS =
      "SELECT extract(epoch FROM now() - decided_at)"
          + " FROM %s.agent_decisions ORDER BY decision_id DESC LIMIT 1";

  private static final String SERIES = "SELECT extract(epoch FROM now() - max(time)) FROM %s.%s";

  private static final String TAIL =
      """
      SELECT extract(epoch FROM now() - max(%3$s)) FROM %1$s.%2$s
      WHERE ctid >= format('(%%s,0)', greatest(0,
        pg_relation_size('%1$s.%2$s') / current_setting('block_size')::int - %4$d))::tid
      """;

  private final String schema;

  NewestRows(String schema) {
    this.schema = '"' + schema + '"';
  }

  void read(Connection connection, Samples into) throws SQLException {
    age(connection, into, "agent_decisions", DECISIONS.formatted(schema));
    for (String table : new String[] {"ml_decision_metrics", "ml_model_metrics"}) {
      age(connection, into, table, SERIES.formatted(schema, table));
    }
    for (Map.Entry<String, String> entry : TIMES.entrySet()) {
      String table = entry.getKey();
      age(connection, into, table, TAIL.formatted(schema, table, entry.getValue(), LAST_BLOCKS));
    }
  }

  private static void age(Connection connection, Samples into, String table, String sql)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      if (row.next()) {
        double seconds = row.getDouble(1);
        if (!row.wasNull()) {
          into.add(Metric.POSTGRES_LAG, Math.max(0, seconds), table);
        }
      }
    }
  }
}
