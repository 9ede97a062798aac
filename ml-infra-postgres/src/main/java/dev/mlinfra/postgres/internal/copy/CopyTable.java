package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.postgres.internal.copy.CopyWriter.Rows;
import dev.mlinfra.postgres.internal.copy.ForgottenFilter.Names;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.PgErrors;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.Optional;

/**
 * A table that batches are copied into, by one of two paths: straight in, as fast as the server
 * takes it, or, when some of the rows are there already, through a temporary table, so that those
 * stay as they are. A batch is stored whole or not at all. Batches queue up for the one buffer.
 */
final class CopyTable<T> implements RowSink<T>, RowStore<T> {
  private static final int MOST_ROOM_AT_FIRST = 4 << 20;

  private final Database database;
  private final CopiedTable<T> table;
  private final Columns<T> columns;
  private final Touched touched;
  private final String subject;
  private final String target;
  private final ForgottenFilter forgotten;
  private final ExistingRows existing;
  private final Object lock = new Object();
  private byte[] buffer = CopyWriter.newBuffer();
  private volatile int rowBytes = 256;

  CopyTable(Database database, CopiedTable<T> table, Touched touched) {
    this.database = database;
    this.table = table;
    this.columns = table.columns();
    this.touched = touched;
    this.subject = "write of " + table.content();
    this.target = database.schema() + "." + table.name();
    this.forgotten = new ForgottenFilter(database, table.forgotten());
    this.existing = new ExistingRows(target, table);
  }

  @Override
  public Written write(RowBatch<T> batch, boolean firstAttempt) {
    Written written =
        firstAttempt
            ? first(batch.size(), table.names(batch.values()), writer -> copyEach(batch, writer))
            : again(encode(batch));
    table.tell(touched, batch.values());
    return written;
  }

  @Override
  public Optional<RowStore<T>> rows() {
    return Optional.of(this);
  }

  @Override
  public int version() {
    return columns.version();
  }

  @Override
  public boolean reads(int version) {
    return version >= 1 && version <= version();
  }

  @Override
  public EncodedRows encode(RowBatch<T> batch) {
    CopyWriter writer = CopyWriter.inMemory(roomFor(batch.size()));
    int[] ends = new int[batch.size()];
    try {
      for (int row = 0; row < ends.length; row++) {
        columns.encode(writer, batch, row);
        ends[row] = writer.position();
      }
    } catch (SQLException e) {
      throw new IllegalStateException("memory refused a row", e);
    }
    rowBytes = writer.position() / Math.max(1, ends.length);
    return new EncodedRows(writer.written(), ends);
  }

  @Override
  public Written store(EncodedRows rows, boolean firstAttempt) {
    EncodedRows whole = columns.complete(rows);
    Written written =
        firstAttempt
            ? first(whole.count(), table.names(whole), writer -> writer.encoded(whole))
            : again(whole);
    table.tell(touched, whole);
    return written;
  }

  @Override
  public DeadLetter letter(EncodedRows row, String cause) {
    EncodedRows whole = columns.complete(row);
    Names names = table.names(whole);
    String about =
        names.decisions().stream().map(id -> "decision " + id + ", ").findAny().orElse("");
    String bytes = Base64.getEncoder().encodeToString(row.slice(0, 1).bytes());
    return new DeadLetter(
        table.origin(),
        table.key(whole, 0),
        about + "row for binary COPY, in base64: " + bytes,
        cause,
        1,
        names.subjects().stream().findAny());
  }

  /** As much as rows took last time and a little more; the last ones may have been far longer. */
  private int roomFor(int rows) {
    return (int) Math.min(MOST_ROOM_AT_FIRST, (rowBytes + (rowBytes >> 3) + 64L) * rows);
  }

  private void copyEach(RowBatch<T> batch, CopyWriter writer) throws SQLException {
    for (int row = 0; row < batch.size(); row++) {
      columns.encode(writer, batch, row);
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
    Rows rows = writer -> writer.encoded(encoded);
    return write(
        count,
        rows,
        connection ->
            forgotten.holdsForgotten(connection) || existing.any(connection, encoded)
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
    copy(connection, target, rows);
    return new Written(count, 0);
  }

  private Written staged(Connection connection, int count, Rows rows) throws SQLException {
    String staging = "ml_infra_" + table.name();
    boolean filtered = forgotten.holdsForgotten(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE IF NOT EXISTS %s (LIKE %s INCLUDING DEFAULTS)"
                  .formatted(staging, target)
              + database.onCommit());
      copy(connection, "pg_temp." + staging, rows);
      if (filtered) {
        forgotten.apply(connection);
      }
      int inserted =
          statement.executeUpdate(
              "INSERT INTO %s SELECT * FROM pg_temp.%s ON CONFLICT DO NOTHING"
                  .formatted(target, staging));
      if (inserted < count && table.afterRepeats().isPresent()) {
        statement.executeUpdate(database.sql(table.afterRepeats().get()));
      }
      return new Written(inserted, count - inserted);
    }
  }

  private void copy(Connection connection, String into, Rows rows) throws SQLException {
    buffer = CopyWriter.copy(connection, into, columns.names(), buffer, rows);
  }
}
