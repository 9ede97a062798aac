package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.spi.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * A table that batches are copied into, by one of two roads: straight in, as fast as the server
 * takes it, or through a temporary table, so that rows which are there already stay as they are. A
 * batch is stored whole or not at all. Batches queue up for the one buffer.
 */
final class CopyTable<T> {
  /** Writes the fields of one row, in the order of the table's columns as given. */
  @FunctionalInterface
  interface Encoder<T> {
    void encode(CopyWriter row, T value) throws SQLException;
  }

  private final Database database;
  private final String subject;
  private final String table;
  private final List<String> columns;
  private final Encoder<T> encoder;
  private final Object lock = new Object();
  private byte[] buffer = CopyWriter.newBuffer();

  CopyTable(
      Database database, String subject, String table, List<String> columns, Encoder<T> encoder) {
    this.database = database;
    this.subject = subject;
    this.table = table;
    this.columns = List.copyOf(columns);
    this.encoder = encoder;
  }

  Written write(List<T> batch, boolean firstAttempt) {
    synchronized (lock) {
      if (firstAttempt) {
        try {
          return database.write(subject, connection -> straight(connection, batch));
        } catch (CorruptDataException e) {
          if (!PgErrors.isUniqueViolation(e)) {
            throw e;
          }
        }
      }
      return database.write(subject, connection -> staged(connection, batch));
    }
  }

  private Written straight(Connection connection, List<T> batch) throws SQLException {
    copy(connection, database.schema() + "." + table, batch);
    return new Written(batch.size(), 0);
  }

  private Written staged(Connection connection, List<T> batch) throws SQLException {
    String staging = "pg_temp.staged_" + table;
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE IF NOT EXISTS staged_"
              + table
              + " (LIKE "
              + database.schema()
              + "."
              + table
              + " INCLUDING DEFAULTS) ON COMMIT DELETE ROWS");
      copy(connection, staging, batch);
      int inserted =
          statement.executeUpdate(
              "INSERT INTO "
                  + database.schema()
                  + "."
                  + table
                  + " SELECT * FROM "
                  + staging
                  + " ON CONFLICT DO NOTHING");
      return new Written(inserted, batch.size() - inserted);
    }
  }

  private void copy(Connection connection, String target, List<T> batch) throws SQLException {
    try (Copy copy = Copy.into(connection, target, columns, buffer)) {
      for (T value : batch) {
        encoder.encode(copy.row(), value);
      }
      copy.end();
      buffer = copy.buffer();
    }
  }
}
