package dev.mlinfra.postgres.internal.server;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the host's own, with our time-outs and isolation until it is closed; then it goes
 * back as it came.
 */
final class BorrowedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(BorrowedConnection.class);

  private final Connection connection;
  private final boolean autoCommit;
  private final Map<String, String> before = new LinkedHashMap<>();

  private BorrowedConnection(Connection connection) throws SQLException {
    this.connection = connection;
    this.autoCommit = connection.getAutoCommit();
  }

  static Connection of(DataSource host, Duration longestStatement) throws SQLException {
    Connection connection = lent(host);
    try {
      BorrowedConnection borrowed = new BorrowedConnection(connection);
      borrowed.take(
          Map.of(
              "statement_timeout", longestStatement.toMillis() + "ms",
              "lock_timeout", PgSettings.LOCK_TIMEOUT.toMillis() + "ms",
              "default_transaction_isolation", "read committed"));
      return borrowed.closedByGivingBack();
    } catch (SQLException | RuntimeException | Error e) {
      end(connection, e);
      throw e;
    }
  }

  private static Connection lent(DataSource host) throws SQLException {
    Connection connection;
    try {
      connection = host.getConnection();
    } catch (RuntimeException e) {
      throw new SQLException("the host's DataSource gave no connection: " + e, "08001", e);
    }
    try {
      refuseTransaction(connection);
      return connection;
    } catch (SQLException | RuntimeException | Error e) {
      try (connection) {
        throw e;
      }
    }
  }

  private static void refuseTransaction(Connection connection) throws SQLException {
    if (connection.isWrapperFor(BaseConnection.class)
        && connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE) {
      throw new SQLException(
          "the host's DataSource gave a connection in the middle of a transaction but must give one"
              + " that nobody uses; pass the pool itself",
          "25001");
    }
  }

  /** Nobody else shall get a connection that is half ours. */
  private static void end(Connection connection, Throwable cause) {
    try (connection) {
      connection.abort(Runnable::run);
    } catch (SQLException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  private void take(Map<String, String> ours) throws SQLException {
    connection.setAutoCommit(true);
    try (Statement statement = connection.createStatement()) {
      for (String name : ours.keySet()) {
        try (ResultSet row = statement.executeQuery("SHOW " + name)) {
          row.next();
          before.put(name, row.getString(1));
        }
      }
    }
    set(ours);
    connection.setAutoCommit(false);
  }

  private void set(Map<String, String> settings) throws SQLException {
    StringBuilder sql = new StringBuilder();
    settings.forEach((name, value) -> sql.append("SET %s = '%s';".formatted(name, value)));
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql.toString());
    }
  }

  private Connection closedByGivingBack() {
    return (Connection)
        Proxy.newProxyInstance(
            BorrowedConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("close")) {
                giveBack();
                return null;
              }
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** One whose settings cannot be put back ends here; what was done on it is done. */
  private void giveBack() {
    try {
      if (!connection.isClosed()) {
        Database.rollback(connection, new SQLException("given back"));
        connection.setAutoCommit(true);
        set(before);
        connection.setAutoCommit(autoCommit);
      }
      connection.close();
    } catch (SQLException | RuntimeException | Error e) {
      end(connection, e);
      LOG.debug("a connection of the host was ended, since it could not be given back", e);
    }
  }
}
