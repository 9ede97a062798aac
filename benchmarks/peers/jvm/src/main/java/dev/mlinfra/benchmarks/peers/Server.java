package dev.mlinfra.benchmarks.peers;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * The PostgreSQL that {@code ./bench} names.
 *
 * @param url of its database
 * @param user who connects
 * @param password of the user
 */
public record Server(String url, String user, String password) {
  /** Reads {@code ML_INFRA_POSTGRES_*}. */
  public static Server fromEnvironment() {
    Map<String, String> variables = System.getenv();
    return new Server(
        variables.getOrDefault("ML_INFRA_POSTGRES_URL", ""),
        variables.getOrDefault("ML_INFRA_POSTGRES_USER", ""),
        variables.getOrDefault("ML_INFRA_POSTGRES_PASSWORD", ""));
  }

  /** Opens a connection without autocommit, with options of the driver as {@code key=value}. */
  public Connection connect(String... options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    for (String option : options) {
      int at = option.indexOf('=');
      properties.setProperty(option.substring(0, at), option.substring(at + 1));
    }
    Connection connection = new Driver().connect(url, properties);
    if (connection == null) {
      throw new SQLException("the driver does not take " + url);
    }
    connection.setAutoCommit(false);
    return connection;
  }

  /** Runs statements, each on its own. */
  public void run(String... statements) throws SQLException {
    try (Connection connection = connect()) {
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
    }
  }
}
