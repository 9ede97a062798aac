package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.EncodedRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;

/**
 * Asks a table whether it has some of a batch, by their ids. Rows are stored together and in their
 * order, so that a few of them tell; a copy that meets one all the same is refused as a whole.
 */
final class ExistingRows {
  private static final int ASKED = 64;

  private final CopiedTable<?> table;
  private final String sql;

  ExistingRows(String target, CopiedTable<?> table) {
    this.table = table;
    this.sql =
        "SELECT count(*) FROM %s WHERE %s = ANY (?)".formatted(target, table.id())
            + table.time().map(time -> " AND " + time + " BETWEEN ? AND ?").orElse("");
  }

  /**
   * Whether any of some rows that are spread over the batch, its first and last one among them, is
   * there; true as well for a row that only shares the id.
   *
   * <p>It counts, since a planner that is asked whether there is one hopes to meet it early and
   * reads the whole table when there is none.
   */
  boolean any(Connection connection, EncodedRows rows) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("uuid", ids(rows)));
      if (table.time().isPresent()) {
        bound(statement, rows, table.columns().position(table.time().get()));
      }
      try (ResultSet result = statement.executeQuery()) {
        return result.next() && result.getLong(1) > 0;
      }
    }
  }

  private Object[] ids(EncodedRows rows) {
    int field = table.columns().position(table.id());
    UUID[] ids = new UUID[Math.min(ASKED, rows.count())];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = RowReader.uuid(rows, spread(i, rows.count()), field);
    }
    return ids;
  }

  private static int spread(int asked, int rows) {
    return rows <= ASKED ? asked : (int) ((long) asked * (rows - 1) / (ASKED - 1));
  }

  /** Times lead to the few partitions that can have them. */
  private static void bound(PreparedStatement statement, EncodedRows rows, int field)
      throws SQLException {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (int row = 0; row < rows.count(); row++) {
      long second = RowReader.epochSecond(rows, row, field);
      first = Math.min(first, second);
      last = Math.max(last, second);
    }
    Times.set(statement, 2, Instant.ofEpochSecond(first));
    Times.set(statement, 3, Instant.ofEpochSecond(last + 1));
  }
}
