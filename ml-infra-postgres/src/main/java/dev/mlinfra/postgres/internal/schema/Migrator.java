package dev.mlinfra.postgres.internal.schema;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.PgErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a database to the plan, one migration a transaction. Any number of processes may do so at
 * once: each transaction takes a lock that goes with it, by asking again rather than by waiting, so
 * that a server which waits for old transactions never waits for us.
 */
final class Migrator {
  /** Opens a connection; the caller closes it. */
  @FunctionalInterface
  interface ConnectionSource {
    Connection open() throws SQLException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(Migrator.class);
  private static final String WARNING = "01000";
  private static final int OLDEST_SERVER = 150_000;
  private static final Duration LOCK_POLL = Duration.ofMillis(100);

  private enum Step {
    DONE,
    APPLIED,
    BUSY
  }

  private final String server;
  private final SchemaPlan plan;
  private final ConnectionSource connections;
  private final Duration timeout;

  Migrator(String server, SchemaPlan plan, ConnectionSource connections, Duration timeout) {
    this.server = server;
    this.plan = plan;
    this.connections = connections;
    this.timeout = timeout;
  }

  /** Applies what is missing. Blocks up to the time-out. */
  void ensure() {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Connection connection = connections.open()) {
      requireServer(connection);
      connection.setAutoCommit(false);
      migrate(connection, deadline);
    } catch (SQLException e) {
      throw PgErrors.schema(server, plan.schema(), e);
    }
  }

  /** Checks that nothing is missing; needs no right but to read. */
  void verify() {
    try (Connection connection = connections.open()) {
      connection.setAutoCommit(true); // a refusal is explained by further questions
      requireServer(connection);
      requireAll(connection);
    } catch (SQLException e) {
      throw PgErrors.schema(server, plan.schema(), e);
    }
  }

  private void migrate(Connection connection, long deadline) {
    try {
      Step step = step(connection);
      while (step != Step.DONE) {
        if (step == Step.BUSY) {
          pauseBefore(deadline);
        }
        step = step(connection);
      }
    } catch (SQLException e) {
      throw MissingRight.explain(connection, server, plan.schema(), e);
    }
  }

  private void requireAll(Connection connection) {
    try {
      SchemaHistory history = SchemaHistory.read(connection, plan.schema());
      history.requireCompatible(plan);
      Optional<Migration> missing = history.firstMissing(plan);
      if (missing.isPresent()) {
        throw new ConfigException(
            "schema '%s' at %s was without %s but this release needs version %d; call ensureSchema() or have a DBA run exportDdl()"
                .formatted(plan.schema(), server, missing.get(), plan.latest()));
      }
    } catch (SQLException e) {
      throw MissingRight.explain(connection, server, plan.schema(), e);
    }
  }

  private Step step(Connection connection) throws SQLException {
    try {
      Step step = attempt(connection);
      connection.commit();
      return step;
    } catch (SQLException | RuntimeException e) {
      Database.rollback(connection, e);
      throw e;
    }
  }

  private Step attempt(Connection connection) throws SQLException {
    SchemaHistory history = SchemaHistory.read(connection, plan.schema());
    history.requireCompatible(plan);
    if (history.firstMissing(plan).isEmpty()) {
      return Step.DONE;
    }
    if (!lock(connection)) {
      return Step.BUSY;
    }
    // Another process may have applied it between the look and the lock.
    Optional<Migration> missing = SchemaHistory.read(connection, plan.schema()).firstMissing(plan);
    if (missing.isPresent()) {
      apply(connection, missing.get());
    }
    return Step.APPLIED;
  }

  private boolean lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT pg_catalog.pg_try_advisory_xact_lock(" + plan.lockKey() + ", 0)")) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  private void apply(Connection connection, Migration migration) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SET LOCAL lock_timeout = '5s'");
      statement.execute(plan.sql(migration));
      tell(connection, migration, statement.getWarnings());
      statement.execute(plan.record(migration));
    }
    LOG.info("schema {} at {}: applied {}", plan.schema(), server, migration);
  }

  private void tell(Connection connection, Migration migration, @Nullable SQLWarning first)
      throws SQLException {
    for (SQLWarning next = first; next != null; next = next.getNextWarning()) {
      if (WARNING.equals(next.getSQLState())) {
        String advice = MissingExtension.explain(connection, String.valueOf(next.getMessage()));
        LOG.warn("schema {} at postgres '{}' {}: {}", plan.schema(), server, migration, advice);
      } else {
        LOG.debug("schema {} {}: {}", plan.schema(), migration, next.getMessage());
      }
    }
  }

  private void requireServer(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT current_setting('server_version_num')::integer,"
                    + " current_setting('server_version')")) {
      if (rows.next() && rows.getInt(1) < OLDEST_SERVER) {
        throw new ConfigException(
            "PostgreSQL at %s was version %s but must be 15 or newer; upgrade it"
                .formatted(server, rows.getString(2)));
      }
    }
  }

  private void pauseBefore(long deadline) {
    if (System.nanoTime() - deadline > 0) {
      throw new TimedOutException(
          "schema '%s' at %s was being migrated by another process for over %d s; look for a hanging one in pg_stat_activity"
              .formatted(plan.schema(), server, timeout.toSeconds()));
    }
    try {
      Thread.sleep(LOCK_POLL.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          "schema '%s' at %s was being migrated when the thread was interrupted; call ensureSchema() again"
              .formatted(plan.schema(), server),
          e);
    }
  }
}
