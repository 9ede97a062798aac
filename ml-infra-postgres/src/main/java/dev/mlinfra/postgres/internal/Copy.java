package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.EncodedRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** One running COPY into a table; closing it before {@link #end} cancels it. */
final class Copy implements AutoCloseable {
  private final CopyIn copy;
  private final CopyWriter writer;
  private final int columns;

  private Copy(CopyIn copy, CopyWriter writer, int columns) {
    this.copy = copy;
    this.writer = writer;
    this.columns = columns;
  }

  static Copy into(Connection connection, String table, List<String> columns, byte[] buffer)
      throws SQLException {
    String sql =
        "COPY " + table + " (" + String.join(", ", columns) + ") FROM STDIN (FORMAT binary)";
    CopyIn copy = driver(connection).getCopyAPI().copyIn(sql);
    return new Copy(copy, new CopyWriter(copy::writeToCopy, buffer).start(), columns.size());
  }

  private static PGConnection driver(Connection connection) throws SQLException {
    if (!connection.isWrapperFor(PGConnection.class)) {
      throw new ConfigException(
          "postgres got a "
              + connection.getMetaData().getDriverName()
              + " connection from the host's DataSource but must have one that unwraps to"
              + " org.postgresql.PGConnection; pass a DataSource of pgjdbc or use Postgres.at(url)");
    }
    return connection.unwrap(PGConnection.class);
  }

  /** Starts a row, whose fields the caller writes. */
  CopyWriter row() throws SQLException {
    return writer.row(columns);
  }

  /** Writes rows that were encoded before. */
  void encoded(EncodedRows rows) throws SQLException {
    writer.encoded(rows);
  }

  /** Hands the rest over and waits for the server to take all. */
  long end() throws SQLException {
    writer.end();
    return copy.endCopy();
  }

  byte[] buffer() {
    return writer.reusable();
  }

  @Override
  public void close() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
