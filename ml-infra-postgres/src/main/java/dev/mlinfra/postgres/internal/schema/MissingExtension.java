package dev.mlinfra.postgres.internal.schema;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do about an extension that a migration could not create and did without. */
final class MissingExtension {
  private static final Pattern DONE_WITHOUT =
      Pattern.compile("(pgvector|TimescaleDB) cannot be created .*");

  private MissingExtension() {}

  /** Adds who was refused, where, and the command to a migration's warning about an extension. */
  static String explain(Connection connection, String warning) throws SQLException {
    Matcher extension = DONE_WITHOUT.matcher(warning);
    if (!extension.matches()) {
      return warning;
    }
    String name = extension.group(1).equals("pgvector") ? "vector" : "timescaledb";
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT current_user, current_database()")) {
      row.next();
      return "%s; for role '%s' to have it, run as a superuser in database '%s', before the schema is made: CREATE EXTENSION %s"
          .formatted(warning, row.getString(1), row.getString(2), name);
    }
  }
}
