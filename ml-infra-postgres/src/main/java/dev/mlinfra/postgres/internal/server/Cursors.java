package dev.mlinfra.postgres.internal.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.postgresql.PGStatement;

/** Queries of any length in constant memory. */
public final class Cursors {
  private static final int FETCH_ROWS = 1_000;
  private static final int BINARY_FROM_THE_FIRST_ROW = -1;

  private Cursors() {}

  /** A query that is fetched piece by piece; it must run inside a transaction. */
  public static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      statement.setFetchSize(FETCH_ROWS);
      if (statement.isWrapperFor(PGStatement.class)) {
        statement.unwrap(PGStatement.class).setPrepareThreshold(BINARY_FROM_THE_FIRST_ROW);
      }
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }
}
