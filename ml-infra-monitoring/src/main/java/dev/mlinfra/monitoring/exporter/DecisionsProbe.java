package dev.mlinfra.monitoring.exporter;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether every decision arrived. Each process numbers its decisions from 1 without gaps and has
 * its start in its name, so a number without a row is a decision that is missing.
 */
final class DecisionsProbe extends DetailProbe {
  private static final int MAX_PROCESSES = 20;

  private static final String PROCESSES =
      """
      WITH numbers AS (
        SELECT source, count(*) AS stored, min(source_sequence) AS first, max(source_sequence) AS last
        FROM ml.agent_decisions
        WHERE decided_at >= now() - make_interval(secs => ?)
        GROUP BY source)
      SELECT source, stored, last - CASE
        WHEN source ~ '-[0-9a-f]{32}$'
         AND to_timestamp(('x' || left(right(source, 32), 12))::bit(48)::bigint / 1000.0)
             >= now() - make_interval(secs => ?) THEN 0
        ELSE first - 1 END AS given
      FROM numbers ORDER BY right(source, 32) DESC
      """;

  private final PostgresConnections connections;
  private final PostgresOptions options;

  DecisionsProbe(PostgresConnections connections, PostgresOptions options) {
    super("postgres-decisions", options.pace());
    this.connections = connections;
    this.options = options;
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    Map<String, Long> stored = new HashMap<>();
    Map<String, Long> missing = new HashMap<>();
    connections.look(
        deadline,
        connection -> {
          if (!hasSchema(connection)) {
            return;
          }
          String sql = PROCESSES.replace("ml.", '"' + options.schema() + "\".");
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setDouble(1, (double) options.window().toSeconds());
            statement.setDouble(2, (double) options.window().toSeconds());
            try (ResultSet rows = statement.executeQuery()) {
              for (int i = 0; rows.next(); i++) {
                String process = rows.getString(1);
                long rowCount = rows.getLong(2);
                long given = Math.max(rowCount, rows.getLong(3));
                stored.merge(service(process), rowCount, Long::sum);
                missing.merge(service(process), given - rowCount, Long::sum);
                if (i < MAX_PROCESSES) {
                  into.add(Metric.POSTGRES_COMPLETENESS, (double) rowCount / given, process);
                }
              }
            }
          }
        });
    into.counts(Metric.POSTGRES_DECISIONS, stored);
    into.counts(Metric.POSTGRES_MISSING, missing);
  }

  private boolean hasSchema(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      statement.setString(1, '"' + options.schema() + "\".agent_decisions");
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static String service(String process) {
    return process.replaceFirst("-[0-9a-f]{32}$", "");
  }
}
