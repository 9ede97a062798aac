package dev.mlinfra.integration;

import dev.mlinfra.embedded.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Looks at a database as {@code psql} would, past the library. */
final class Sql {
  private final String url;
  private final String user;
  private final String password;

  Sql(PostgresServer server) {
    this(server.jdbcUrl(), server.user(), server.password().reveal());
  }

  Sql(String url, String user, String password) {
    this.url = url;
    this.user = user;
    this.password = password;
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url, user, password);
  }

  /** Runs statements one by one, each in a transaction of its own. */
  void run(String... statements) {
    try (Connection connection = connect()) {
      for (String statement : statements) {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
          prepared.execute();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column of every row, as text. */
  List<String> column(String query, Object... parameters) {
    try (Connection connection = connect();
        PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      List<String> values = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          values.add(rows.getString(1));
        }
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String value(String query, Object... parameters) {
    return column(query, parameters).get(0);
  }

  long number(String query, Object... parameters) {
    return Long.parseLong(value(query, parameters));
  }

  List<UUID> ids(String query, Object... parameters) {
    return column(query, parameters).stream().map(UUID::fromString).toList();
  }
}
