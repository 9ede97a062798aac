package dev.mlinfra.postgres.internal.server;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mlinfra.spi.runtime.Daemons;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections that are opened when they are needed and kept. Starts while the server is away. */
final class Pool {
  private static final Duration KEEPALIVE = Duration.ofMinutes(2);
  private static final Duration VALIDATION = Duration.ofSeconds(2);

  private Pool() {}

  /** Opens one; the caller closes it. */
  static HikariDataSource open(PgSettings settings, String application, String name, int size) {
    return new HikariDataSource(config(settings, application, name, size));
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
