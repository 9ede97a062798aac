package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * One INSERT of many rows out of one array a column. UNNEST takes arrays of arrays apart to their
 * elements, so that vectors travel as text.
 */
final class UnnestWay implements Way {
  private static final String INSERT =
      "INSERT INTO "
          + Sql.TABLE
          + " ("
          + Sql.COLUMNS
          + ") SELECT a, b, c, d, e, f, g, h, i, j, k, l::real[], m, n::jsonb, o, p, q FROM unnest("
          + "?::uuid[], ?::timestamptz[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],"
          + " ?::float8[], ?::float8[], ?::float8[], ?::text[], ?::text[], ?::text[], ?::text[],"
          + " ?::bigint[], ?::text[], ?::bigint[]) AS t (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)";

  private final Connection connection;
  private final PreparedStatement insert;
  private long sequence;

  UnnestWay(Server server) throws SQLException {
    this.connection = server.connect();
    this.insert = connection.prepareStatement(INSERT);
  }

  @Override
  public void store(List<Decision> decisions) throws SQLException {
    for (List<Decision> chunk : Sql.chunks(decisions, Sql.COMMIT_ROWS)) {
      for (List<Decision> rows : Sql.chunks(chunk, Sql.STATEMENT_ROWS)) {
        bind(rows);
        insert.executeUpdate();
      }
      connection.commit();
    }
  }

  private void bind(List<Decision> rows) throws SQLException {
    set(1, "uuid", rows, Decision::id);
    set(2, "timestamptz", rows, Sql::time);
    set(3, "text", rows, Decision::agent);
    set(4, "text", rows, row -> row.mode().name());
    set(5, "text", rows, Decision::model);
    set(6, "text", rows, Decision::modelVersion);
    set(7, "text", rows, Decision::action);
    set(8, "float8", rows, Decision::propensity);
    set(9, "float8", rows, row -> 1.0);
    set(10, "float8", rows, row -> row.score().orElse(0));
    set(11, "text", rows, row -> row.baselineAction().orElse(""));
    set(12, "text", rows, UnnestWay::vector);
    set(13, "text", rows, row -> row.featureSet().orElse(""));
    set(14, "text", rows, Sql::json);
    set(15, "int8", rows, Sql::micros);
    set(16, "text", rows, row -> Sql.SOURCE);
    set(17, "int8", rows, row -> ++sequence);
  }

  private void set(int index, String type, List<Decision> rows, Function<Decision, Object> value)
      throws SQLException {
    insert.setArray(index, connection.createArrayOf(type, rows.stream().map(value).toArray()));
  }

  private static String vector(Decision row) {
    String text = Arrays.toString(row.features());
    return "{" + text.substring(1, text.length() - 1) + "}";
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
