package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Holds every connection that a server has left. */
final class ConnectionHogs implements AutoCloseable {
  private static final int MOST = 500;

  private final Sql sql;
  private final List<Connection> held = new ArrayList<>();

  /** Takes none yet. */
  ConnectionHogs(Sql sql) {
    this.sql = sql;
  }

  void takeAll() {
    try {
      while (held.size() < MOST) {
        held.add(sql.connect());
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as("too many connections").isEqualTo("53300");
    }
  }

  /** Says whether a query has a row, by one of them, since no other connection can be had. */
  boolean finds(String query) {
    try (Statement statement = held.get(0).createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
  }

  /** Gives all of them back. */
  @Override
  public void close() throws SQLException {
    for (Connection connection : held) {
      connection.close();
    }
    held.clear();
  }
}
