package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.postgres.internal.ForgottenFilter.Names;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * A table that batches are copied into, by one of two paths: straight in, as fast as the server
 * takes it, or, when some of the rows are there already, through a temporary table, so that those
 * stay as they are. A batch is stored whole or not at all. Batches queue up for the one buffer.
 */
final class CopyTable<T> {
  /** Writes the fields of one row, in the order of the table's columns as given. */
  @FunctionalInterface
  interface Encoder<T> {
    void encode(CopyWriter row, T value) throws SQLException;
  }

  /** Finds out whom and what rows name. */
  interface Naming<T> {
    Names of(List<T> batch);

    Names of(EncodedRows rows);

    /** What tells a row from all others of its table. */
    default String key(EncodedRows rows, int row) {
      return RowReader.id(rows, row).toString();
    }
  }

  /** Writes the rows of a batch. */
  @FunctionalInterface
  private interface Rows {
    void into(Copy copy) throws SQLException;
  }

  private static final int MOST_ROOM_AT_FIRST = 4 << 20;

  private final Database database;
  private final String subject;
  private final String table;
  private final List<String> columns;
  private final Encoder<T> encoder;
  private final Naming<T> naming;
  private final ForgottenFilter forgotten;
  private final Optional<String> afterRepeats;
  private final Object lock = new Object();
  private byte[] buffer = CopyWriter.newBuffer();
  private volatile int rowBytes = 256;

  /**
   * Makes one.
   *
   * @param afterRepeats what else to run where rows of the staging table were not inserted
   */
  CopyTable(
      Database database,
      String subject,
      String table,
      List<String> columns,
      Encoder<T> encoder,
      Naming<T> naming,
      ForgottenFilter forgotten,
      Optional<String> afterRepeats) {
    this.database = database;
    this.subject = subject;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.encoder = encoder;
    this.naming = naming;
    this.forgotten = forgotten;
    this.afterRepeats = afterRepeats.map(database::sql);
  }

  Written write(List<T> batch, boolean firstAttempt) {
    return firstAttempt
        ? first(batch.size(), naming.of(batch), copy -> copyEach(batch, copy))
        : again(encode(batch));
  }

  Written write(EncodedRows rows, boolean firstAttempt) {
    EncodedRows whole = RowReader.padded(rows, columns);
    return firstAttempt
        ? first(whole.count(), naming.of(whole), copy -> copy.encoded(whole))
        : again(whole);
  }

  /** Whom and what rows name. */
  Names names(EncodedRows rows) {
    return naming.of(RowReader.padded(rows, columns));
  }

  /** What tells a row from all others. */
  String key(EncodedRows row) {
    return naming.key(row, 0);
  }

  /** Encodes rows as they would be sent, without sending them. */
  EncodedRows encode(List<T> batch) {
    CopyWriter writer = CopyWriter.inMemory(roomFor(batch.size()));
    int[] ends = new int[batch.size()];
    try {
      for (int i = 0; i < ends.length; i++) {
        encoder.encode(writer.row(columns.size()), batch.get(i));
        ends[i] = writer.position();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("memory refused a row", e);
    }
    rowBytes = writer.position() / Math.max(1, ends.length);
    return new EncodedRows(writer.written(), ends);
  }

  /** As much as rows took last time and a little more; the last ones may have been far longer. */
  private int roomFor(int rows) {
    return (int) Math.min(MOST_ROOM_AT_FIRST, (rowBytes + (rowBytes >> 3) + 64L) * rows);
  }

  private void copyEach(List<T> batch, Copy copy) throws SQLException {
    for (T value : batch) {
      encoder.encode(copy.row(), value);
    }
  }

  private Written first(int count, Names names, Rows rows) {
    return names.isEmpty()
        ? write(count, rows, connection -> alone(connection, count, rows))
        : write(
            count,
            rows,
            connection ->
                forgotten.holdsForgotten(connection, names)
                    ? staged(connection, count, rows)
                    : straight(connection, count, rows));
  }

  /** Most batches whose fate is unknown were not stored, and asking costs less than staging. */
  private Written again(EncodedRows encoded) {
    int count = encoded.count();
    Rows rows = copy -> copy.encoded(encoded);
    return write(
        count,
        rows,
        connection ->
            forgotten.holdsForgotten(connection)
                    || ExistingRows.any(connection, database.schema(), table, columns, encoded)
                ? staged(connection, count, rows)
                : straight(connection, count, rows));
  }

  private Written write(int count, Rows rows, Database.Work<Written> path) {
    synchronized (lock) {
      try {
        return database.write(subject, path);
      } catch (CorruptDataException e) {
        if (!PgErrors.isUniqueViolation(e)) {
          throw e;
        }
      }
      return database.write(subject, connection -> staged(connection, count, rows));
    }
  }

  /** A statement alone is a transaction of its own, which saves two of four round trips. */
  private Written alone(Connection connection, int count, Rows rows) throws SQLException {
    connection.setAutoCommit(true);
    Written written = straight(connection, count, rows);
    connection.setAutoCommit(false); // after a failure the pool does it
    return written;
  }

  private Written straight(Connection connection, int count, Rows rows) throws SQLException {
    copy(connection, database.schema() + "." + table, rows);
    return new Written(count, 0);
  }

  private Written staged(Connection connection, int count, Rows rows) throws SQLException {
    String staging = "pg_temp.staged_" + table;
    boolean filtered = forgotten.holdsForgotten(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE IF NOT EXISTS staged_"
              + table
              + " (LIKE "
              + database.schema()
              + "."
              + table
              + " INCLUDING DEFAULTS) ON COMMIT DELETE ROWS");
      copy(connection, staging, rows);
      if (filtered) {
        forgotten.apply(connection);
      }
      int inserted =
          statement.executeUpdate(
              "INSERT INTO "
                  + database.schema()
                  + "."
                  + table
                  + " SELECT * FROM "
                  + staging
                  + " ON CONFLICT DO NOTHING");
      if (inserted < count && afterRepeats.isPresent()) {
        statement.executeUpdate(afterRepeats.get());
      }
      return new Written(inserted, count - inserted);
    }
  }

  private void copy(Connection connection, String target, Rows rows) throws SQLException {
    try (Copy copy = Copy.into(connection, target, columns, buffer)) {
      rows.into(copy);
      copy.end();
      buffer = copy.buffer();
    }
  }
}
