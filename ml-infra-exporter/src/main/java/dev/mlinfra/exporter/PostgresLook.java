package dev.mlinfra.exporter;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** Versions, tables, time-series parts, dead letters and the mirror's backlog of the schema. */
final class PostgresLook implements Probe.Look {
  private static final String VERSIONS =
      """
      SELECT current_setting('server_version'),
             coalesce((SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'), 'none'),
             coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'), 'none'),
             to_regclass(?) IS NOT NULL
      """;

  /** Hypertables and partitioned tables keep their rows in their children. */
  private static final String TABLES =
      """
      WITH RECURSIVE tree AS (
        SELECT c.oid AS root, c.oid AS part, c.relname AS name, c.relkind AS kind
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(?) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        UNION ALL
        SELECT tree.root, i.inhrelid, tree.name, tree.kind
        FROM tree JOIN pg_inherits i ON i.inhparent = tree.part)
      SELECT tree.name, tree.kind::text, count(*) - 1,
             sum(coalesce(nullif(greatest(s.n_live_tup, 0), 0), greatest(c.reltuples, 0)))::bigint,
             sum(pg_total_relation_size(c.oid))::bigint
      FROM tree JOIN pg_class c ON c.oid = tree.part
      LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
      GROUP BY tree.name, tree.kind
      """;

  private final PostgresConnections connections;
  private final PostgresOptions options;
  private final NewestRows newest;

  PostgresLook(PostgresConnections connections, PostgresOptions options) {
    this.connections = connections;
    this.options = options;
    this.newest = new NewestRows(options.schema());
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    connections.look(
        deadline,
        connection -> {
          boolean schema = versions(connection, into);
          into.add(Metric.POSTGRES_LATENCY, (System.nanoTime() - start) / 1e9);
          if (!schema) {
            into.add(Metric.POSTGRES_SCHEMA_VERSION, 0);
            return;
          }
          schemaVersion(connection, into);
          tables(connection, into);
          newest.read(connection, into);
          deadLetters(connection, into);
          unmirrored(connection, into);
        });
  }

  /** Says whether the schema is there: a new server has none until a service makes it. */
  private boolean versions(Connection connection, Samples into) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(VERSIONS)) {
      statement.setString(1, in("ml.schema_history"));
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        into.add(Metric.POSTGRES_INFO, 1, row.getString(1), row.getString(2), row.getString(3));
        return row.getBoolean(4);
      }
    }
  }

  private void schemaVersion(Connection connection, Samples into) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(in("SELECT coalesce(max(version), 0) FROM ml.schema_history"))) {
      row.next();
      into.add(Metric.POSTGRES_SCHEMA_VERSION, row.getInt(1));
    }
  }

  private void tables(Connection connection, Samples into) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
      statement.setString(1, options.schema());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String table = rows.getString(1);
          into.add(Metric.POSTGRES_ROWS, rows.getLong(4), table);
          into.add(Metric.POSTGRES_BYTES, rows.getLong(5), table);
          if (table.startsWith("ml_")) {
            String kind = rows.getString(2).equals("p") ? "partition" : "chunk";
            into.add(Metric.POSTGRES_PARTS, rows.getLong(3), table, kind);
          }
        }
      }
    }
  }

  private void deadLetters(Connection connection, Samples into) throws SQLException {
    Map<String, Long> byOrigin = new HashMap<>(Map.of("decision", 0L));
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                in("SELECT origin, count(*) FROM ml.dead_letters GROUP BY origin"))) {
      while (rows.next()) {
        byOrigin.put(rows.getString(1), rows.getLong(2));
      }
    }
    into.counts(Metric.POSTGRES_DEAD_LETTERS, byOrigin);
  }

  private void unmirrored(Connection connection, Samples into) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                in("SELECT count(*) FROM ml.model_metadata WHERE mirrored_at IS NULL"))) {
      row.next();
      into.add(Metric.POSTGRES_UNMIRRORED, row.getLong(1));
    }
  }

  private String in(String sql) {
    return sql.replace("ml.", '"' + options.schema() + "\".");
  }
}
