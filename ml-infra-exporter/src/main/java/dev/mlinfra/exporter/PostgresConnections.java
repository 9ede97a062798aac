package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Causes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** One connection for each look, read-only and with all time-outs. Thread-safe. */
final class PostgresConnections {
  private final PostgresOptions options;

  PostgresConnections(PostgresOptions options) {
    this.options = options;
  }

  interface Look {
    void at(Connection connection) throws SQLException;
  }

  void look(Deadline deadline, Look look) {
    try (Connection connection = open(deadline)) {
      connection.setReadOnly(true);
      look.at(connection);
    } catch (SQLException e) {
      throw failure(e, deadline);
    }
  }

  private Connection open(Deadline deadline) throws SQLException {
    long millis = deadline.left(subject()).toMillis();
    String seconds = Long.toString(Math.max(1, (millis + 999) / 1000));
    Properties driver = new Properties();
    driver.setProperty("user", options.user());
    options.password().ifPresent(password -> driver.setProperty("password", password.reveal()));
    driver.setProperty("ApplicationName", "ml-infra-exporter");
    driver.setProperty("connectTimeout", seconds);
    driver.setProperty("loginTimeout", seconds);
    driver.setProperty("socketTimeout", seconds);
    driver.setProperty("tcpKeepAlive", "true");
    driver.setProperty("options", "-c statement_timeout=" + millis + " -c lock_timeout=500");
    return DriverManager.getConnection(options.url(), driver);
  }

  private MlInfraException failure(SQLException cause, Deadline deadline) {
    String state = String.valueOf(cause.getSQLState());
    String message =
        subject()
            + " failed ("
            + state
            + ": "
            + Causes.oneLine(String.valueOf(cause.getMessage()))
            + "); ";
    if (state.equals("57014") || deadline.passed()) {
      return new TimedOutException(
          message + "give postgres.timeout more, or look at its load", cause);
    }
    if (state.startsWith("28") || state.equals("42501") || state.equals("3D000")) {
      return new ConfigException(
          message + "check postgres.user, its password and its right to read the schema", cause);
    }
    if (state.startsWith("42")) {
      return new CorruptDataException(
          message + "let a service run ensureSchema(), or apply scripts/sql/ml-schema.sql", cause);
    }
    return new UnavailableException(message + "check that the server runs", cause);
  }

  private String subject() {
    return "postgres '" + options.url().replaceFirst("\\?.*", "") + "'";
  }
}
