package dev.mlinfra.postgres.internal.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mlinfra.spi.runtime.Daemons;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections that are opened when they are needed and kept. Starts while the server is away. */
final class Pool implements AutoCloseable {
  /** Opens, or borrows, the next connection. */
  private interface Source {
    Connection open() throws SQLException;
  }

  private static final Duration KEEPALIVE = Duration.ofMinutes(2);
  private static final Duration VALIDATION = Duration.ofSeconds(2);

  private final Source connections;
  private final Runnable closing;

  Pool(PgSettings settings, String application, String name, int size) {
    HikariDataSource own = new HikariDataSource(config(settings, application, name, size));
    this.connections = own::getConnection;
    this.closing = own::close;
  }

  /** Borrows from the host's own, who closes it. */
  Pool(DataSource host, Duration longestStatement) {
    this.connections = () -> BorrowedConnection.of(host, longestStatement);
    this.closing = () -> {};
  }

  Connection connection() throws SQLException {
    return connections.open();
  }

  @Override
  public void close() {
    closing.run();
  }

  private static HikariConfig config(
      PgSettings settings, String application, String name, int size) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setDataSource(source(settings, application));
    config.setMaximumPoolSize(size);
    config.setMinimumIdle(0);
    config.setAutoCommit(false);
    // Else the pool asks its first connection, and one that dies while it is asked spoils the pool.
    config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
    config.setInitializationFailTimeout(-1);
    long connectMillis = settings.get(PgSettings.CONNECT_TIMEOUT).toMillis();
    config.setConnectionTimeout(connectMillis);
    config.setValidationTimeout(Math.min(VALIDATION.toMillis(), connectMillis));
    config.setKeepaliveTime(KEEPALIVE.toMillis());
    config.setThreadFactory(Daemons.named(name));
    return config;
  }

  private static PGSimpleDataSource source(PgSettings settings, String application) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(settings.address().url());
    Properties properties =
        settings.properties(settings.get(PgSettings.STATEMENT_TIMEOUT), application);
    try {
      for (String key : properties.stringPropertyNames()) {
        source.setProperty(key, properties.getProperty(key));
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the driver refused one of its own properties", e);
    }
    return source;
  }
}
