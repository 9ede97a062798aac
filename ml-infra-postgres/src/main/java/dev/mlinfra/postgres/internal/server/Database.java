package dev.mlinfra.postgres.internal.server;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.OnFirstUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * The connections to one server: a pool for reads and small writes, and one of its own for
 * decisions and feedback, so that neither starves the other; or those of the host's own pool, which
 * all share. Starts while the server is away. Thread-safe.
 */
public final class Database implements AutoCloseable {
  /** Something done with a connection. */
  @FunctionalInterface
  public interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  private final PgSettings settings;
  private final String application;
  private final OnFirstUse<Pool> readers;
  private final OnFirstUse<Pool> writers;

  public Database(PgSettings settings, String application) {
    this.settings = settings;
    this.application = application;
    this.readers = pool("ml-infra-postgres-read", settings.get(PgSettings.READ_CONNECTIONS));
    this.writers = pool("ml-infra-postgres-write", settings.get(PgSettings.WRITE_CONNECTIONS));
  }

  public String server() {
    return settings.shown();
  }

  /** The schema, quoted, to stand before a dot. */
  public String schema() {
    return '"' + settings.get(PgSettings.SCHEMA) + '"';
  }

  /** Replaces {@code ml.} by the schema in the text of a statement. */
  public String sql(String text) {
    return text.replace("ml.", schema() + '.');
  }

  /**
   * Runs one transaction on the pool for reads and small writes. The work may be run again: pooled
   * connections that turn out to be dead, as after a restart of the server, are replaced.
   */
  public <T> T transact(String subject, Work<T> work) {
    for (int dead = 0; ; dead++) {
      try {
        return run(readers, subject, work);
      } catch (UnavailableException e) {
        if (dead == settings.get(PgSettings.READ_CONNECTIONS) || !PgErrors.isLostConnection(e)) {
          throw e;
        }
      }
    }
  }

  /** Runs one transaction that hands rows on while it reads, and is therefore never repeated. */
  public <T> T stream(String subject, Work<T> work) {
    return run(readers, subject, work);
  }

  /** Runs one transaction on the pool for decisions and feedback. */
  public <T> T write(String subject, Work<T> work) {
    return run(writers, subject, work);
  }

  /** Opens a connection outside of the pools, for long work such as a migration. */
  public Connection open(Duration longestStatement) throws SQLException {
    if (settings.host().isPresent()) {
      return BorrowedConnection.of(settings.host().get(), longestStatement);
    }
    Properties properties = settings.properties(longestStatement, application);
    Connection connection = new Driver().connect(settings.address().url(), properties);
    if (connection == null) {
      throw new SQLException("the driver does not take " + settings.address().url());
    }
    return connection;
  }

  /**
   * What becomes of a temporary table: kept for the next time, but not on the host's connections.
   */
  public String onCommit() {
    return settings.host().isPresent() ? " ON COMMIT DROP" : " ON COMMIT DELETE ROWS";
  }

  public MlInfraException failure(String subject, SQLException e) {
    return PgErrors.of(server(), subject, e);
  }

  private OnFirstUse<Pool> pool(String name, int size) {
    Duration longest = settings.get(PgSettings.STATEMENT_TIMEOUT);
    return new OnFirstUse<>(
        () ->
            settings
                .host()
                .map(host -> new Pool(host, longest))
                .orElseGet(() -> new Pool(settings, application, name, size)),
        pool -> pool.close());
  }

  private <T> T run(OnFirstUse<Pool> pool, String subject, Work<T> work) {
    try (Connection connection = pool.get(subject).connection()) {
      try {
        T result = work.with(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        rollback(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw failure(subject, e);
    }
  }

  /** Rolls back for a cause that must not be hidden by a failing rollback. */
  public static void rollback(Connection connection, Exception cause) {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }
}
