package dev.mlinfra.postgres.internal;

import dev.mlinfra.secret.Secret;
import java.time.Duration;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Everything that is fixed when the module starts, checked before. Public to cross to the front
 * class only.
 *
 * @param address where the server is
 * @param user who connects, null for the driver's own choice
 * @param password its secret, null for none
 * @param schema the schema's name
 * @param embeddingDimensions the length of every embedding
 * @param connectTimeout for the TCP connection, the login and a free place in a pool, each
 * @param statementTimeout longest run of one statement
 * @param migrationTimeout longest wait for another process that migrates
 * @param readers most connections for reads and small writes
 * @param writers most connections for decisions and feedback
 * @param applicationName what {@code pg_stat_activity} shows
 */
public record PgSettings(
    PgAddress address,
    @Nullable String user,
    @Nullable Secret password,
    String schema,
    int embeddingDimensions,
    Duration connectTimeout,
    Duration statementTimeout,
    Duration migrationTimeout,
    int readers,
    int writers,
    String applicationName) {
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SOCKET_SLACK = Duration.ofSeconds(5);

  /** Properties of a connection whose statements may take as long as given. */
  Properties properties(Duration longestStatement) {
    Properties properties = new Properties();
    String owner = user == null ? address.user() : user;
    if (owner != null) {
      PGProperty.USER.set(properties, owner);
    }
    if (password != null) {
      PGProperty.PASSWORD.set(properties, password.reveal());
    }
    PGProperty.APPLICATION_NAME.set(properties, applicationName);
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds(connectTimeout));
    PGProperty.LOGIN_TIMEOUT.set(properties, seconds(connectTimeout));
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds(connectTimeout));
    // The server gives up first, so that a socket time-out means that it no longer answers.
    PGProperty.SOCKET_TIMEOUT.set(properties, seconds(longestStatement.plus(SOCKET_SLACK)));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    // The detail of an error quotes the failing row, which does not belong into logs.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    PGProperty.REWRITE_BATCHED_INSERTS.set(properties, false);
    PGProperty.OPTIONS.set(
        properties,
        "-c statement_timeout=%d -c lock_timeout=%d -c default_transaction_isolation=read\\ committed"
            .formatted(longestStatement.toMillis(), LOCK_TIMEOUT.toMillis()));
    PGProperty.SSL_MODE.set(properties, address.sslMode());
    return properties;
  }

  private static int seconds(Duration duration) {
    return (int)
        Math.max(1, Math.min(duration.plusMillis(999).toSeconds(), Integer.MAX_VALUE / 1000));
  }
}
