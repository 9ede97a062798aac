package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.postgres.internal.server.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;

/** Keeps out of the tables what was forgotten, in the transaction that stores a batch. */
final class ForgottenFilter {
  /** Whom and what a batch names. */
  record Names(Set<String> subjects, Set<UUID> decisions) {
    boolean isEmpty() {
      return subjects.isEmpty() && decisions.isEmpty();
    }
  }

  private final Database database;
  private final String sql;

  ForgottenFilter(Database database, String sql) {
    this.database = database;
    this.sql = database.sql(sql);
  }

  /** Lets nobody forget until the transaction ends, and says whether the batch needs the filter. */
  boolean holdsForgotten(Connection connection, Names names) throws SQLException {
    String ask = database.sql("SELECT ml.holds_forgotten(?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(ask)) {
      statement.setArray(1, connection.createArrayOf("text", names.subjects().toArray()));
      statement.setArray(2, connection.createArrayOf("uuid", names.decisions().toArray()));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Lets nobody forget until the transaction ends, and says whether anybody ever was. */
  boolean holdsForgotten(Connection connection) throws SQLException {
    String ask = database.sql("SELECT ml.holds_forgotten(NULL, NULL)");
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ask)) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** Takes forgotten rows out of the staging table. */
  void apply(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
