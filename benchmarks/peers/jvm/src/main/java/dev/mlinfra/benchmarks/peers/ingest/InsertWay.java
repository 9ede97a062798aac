package dev.mlinfra.benchmarks.peers.ingest;

import dev.mlinfra.benchmarks.peers.Server;
import dev.mlinfra.decision.Decision;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** JDBC batches of an INSERT of one row: the driver pipelines them, or rewrites them. */
final class InsertWay implements Way {
  private static final String INSERT =
      "INSERT INTO "
          + Sql.TABLE
          + " ("
          + Sql.COLUMNS
          + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?::jsonb,?,?,?)";

  private final Connection connection;
  private final PreparedStatement insert;
  private long sequence;

  InsertWay(Server server, boolean rewrite) throws SQLException {
    this.connection = server.connect("reWriteBatchedInserts=" + rewrite);
    this.insert = connection.prepareStatement(INSERT);
  }

  @Override
  public void store(List<Decision> decisions) throws SQLException {
    for (List<Decision> chunk : Sql.chunks(decisions, Sql.COMMIT_ROWS)) {
      for (List<Decision> rows : Sql.chunks(chunk, Sql.STATEMENT_ROWS)) {
        for (Decision row : rows) {
          bind(row);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }

  private void bind(Decision row) throws SQLException {
    insert.setObject(1, row.id());
    insert.setObject(2, Sql.time(row));
    insert.setString(3, row.agent());
    insert.setString(4, row.mode().name());
    insert.setString(5, row.model());
    insert.setString(6, row.modelVersion());
    insert.setString(7, row.action());
    insert.setDouble(8, row.propensity());
    insert.setDouble(9, 1.0);
    insert.setDouble(10, row.score().orElse(0));
    insert.setString(11, row.baselineAction().orElse(null));
    insert.setArray(12, connection.createArrayOf("float4", boxless(row)));
    insert.setString(13, row.featureSet().orElse(null));
    insert.setString(14, Sql.json(row));
    insert.setLong(15, Sql.micros(row));
    insert.setString(16, Sql.SOURCE);
    insert.setLong(17, ++sequence);
  }

  private static Object[] boxless(Decision row) {
    float[] features = row.features();
    Object[] boxed = new Object[features.length];
    for (int i = 0; i < features.length; i++) {
      boxed[i] = features[i];
    }
    return boxed;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
