package dev.mlinfra.exporter;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Whether every decision arrived, as {@code decision_completeness} in the schema counts it. */
final class DecisionsLook implements Probe.Look {
  private static final int MAX_PROCESSES = 20;

  private static final String PROCESSES =
      """
      SELECT source, sum(stored)::bigint, sum(missing)::bigint
      FROM ml.decision_completeness(now() - make_interval(secs => ?), 'infinity')
      GROUP BY source ORDER BY right(source, 32) DESC
      """;

  private final PostgresConnections connections;
  private final PostgresOptions options;

  DecisionsLook(PostgresConnections connections, PostgresOptions options) {
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
            try (ResultSet rows = statement.executeQuery()) {
              for (int i = 0; rows.next(); i++) {
                String process = rows.getString(1);
                long present = rows.getLong(2);
                long absent = rows.getLong(3);
                stored.merge(service(process), present, Long::sum);
                missing.merge(service(process), absent, Long::sum);
                if (i < MAX_PROCESSES) {
                  double ratio = (double) present / (present + absent);
                  into.add(Metric.POSTGRES_COMPLETENESS, ratio, process);
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
      statement.setString(1, '"' + options.schema() + "\".decision_completeness");
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static String service(String process) {
    return process.replaceFirst("-[0-9a-f]{32}$", "");
  }
}
