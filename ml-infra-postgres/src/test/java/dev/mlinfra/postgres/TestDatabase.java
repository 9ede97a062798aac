package dev.mlinfra.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A new, empty database on a real server: an embedded one that all tests of the JVM share, or the
 * one that {@code -Dmlinfra.test.postgres=jdbc:postgresql://host:port/} names, where user postgres
 * needs no password.
 */
final class TestDatabase {
  static final String OWNER = "postgres";
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final long RUN = ProcessHandle.current().pid();

  private static final class Server {
    static final String URL = start();

    private static String start() {
      String given = System.getProperty("mlinfra.test.postgres");
      if (given != null) {
        return given;
      }
      try {
        EmbeddedPostgres server = EmbeddedPostgres.builder().start();
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final String name;

  private TestDatabase(String name) {
    this.name = name;
  }

  static TestDatabase create() {
    TestDatabase database = new TestDatabase("test_" + RUN + "_" + NEXT.incrementAndGet());
    execute(Server.URL + "postgres", OWNER, "CREATE DATABASE " + database.name);
    return database;
  }

  String name() {
    return name;
  }

  String url() {
    return Server.URL + name;
  }

  /** The module as the owner of the database uses it. */
  Postgres module() {
    return Postgres.at(url()).user(OWNER);
  }

  void execute(String sql) {
    execute(url(), OWNER, sql);
  }

  void executeAs(String role, String sql) {
    execute(url(), role, sql);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), OWNER, "");
  }

  long count(String query) {
    return Long.parseLong(text("SELECT count(*) FROM " + query));
  }

  /** The first column of the rows, joined by commas. */
  String text(String query) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      StringBuilder text = new StringBuilder();
      while (rows.next()) {
        text.append(text.isEmpty() ? "" : ",").append(rows.getString(1));
      }
      return text.toString();
    } catch (SQLException e) {
      throw new AssertionError(query, e);
    }
  }

  private static void execute(String url, String user, String sql) {
    try (Connection connection = DriverManager.getConnection(url, user, "");
        Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    } catch (SQLException e) {
      throw new AssertionError(sql, e);
    }
  }
}
