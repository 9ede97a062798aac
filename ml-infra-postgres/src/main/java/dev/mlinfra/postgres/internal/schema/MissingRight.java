package dev.mlinfra.postgres.internal.schema;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.postgres.internal.server.PgErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Which right a role lacks for the schema, and the command that gives it. */
record MissingRight(String right, String command) {
  private static final String LOOK =
      """
      SELECT current_user, current_database(),
        quote_ident(current_user), quote_ident(current_database()),
        n.oid IS NOT NULL, h.oid IS NOT NULL,
        coalesce(has_schema_privilege(n.oid, 'USAGE')
          AND has_table_privilege(h.oid, 'SELECT'), false),
        pg_get_userbyid(h.relowner)
      FROM (SELECT ?::text AS name) s
      LEFT JOIN pg_namespace n ON n.nspname = s.name
      LEFT JOIN pg_class h ON h.relnamespace = n.oid AND h.relname = 'schema_history'
      """;

  /**
   * Translates a failure while the schema was looked at or made.
   *
   * @param connection on which it happened, with no transaction open
   */
  static MlInfraException explain(
      Connection connection, String server, String schema, SQLException e) {
    if (!PgErrors.PERMISSION_DENIED.equals(PgErrors.state(e))) {
      return PgErrors.schema(server, schema, e);
    }
    try (PreparedStatement look = connection.prepareStatement(LOOK)) {
      look.setString(1, schema);
      try (ResultSet row = look.executeQuery()) {
        if (!row.next()) {
          return PgErrors.schema(server, schema, e);
        }
        MissingRight missing = of(schema, row);
        return new ConfigException(
            "role '%s' was without the right to %s in database '%s' at postgres '%s' (%s); %s"
                .formatted(
                    row.getString(1),
                    missing.right,
                    row.getString(2),
                    server,
                    PgErrors.cause(e),
                    missing.command),
            e);
      }
    } catch (SQLException unexplained) {
      e.addSuppressed(unexplained);
      return PgErrors.schema(server, schema, e);
    }
  }

  private static MissingRight of(String schema, ResultSet row) throws SQLException {
    String role = row.getString(3);
    boolean exists = row.getBoolean(5);
    boolean made = row.getBoolean(6);
    boolean readable = row.getBoolean(7);
    if (!exists) {
      return new MissingRight(
          "create schema '" + schema + "'",
          "as the database's owner run GRANT CREATE ON DATABASE "
              + row.getString(4)
              + " TO "
              + role
              + ", or have a DBA run exportDdl()");
    }
    if (!made) {
      return new MissingRight(
          "create tables in schema '" + schema + "'",
          "as the schema's owner run GRANT USAGE, CREATE ON SCHEMA \""
              + schema
              + "\" TO "
              + role
              + ", or have a DBA run exportDdl()");
    }
    if (!readable) {
      return new MissingRight(
          "read schema '" + schema + "'",
          "as the schema's owner run psql -d %s -v schema=%s -v role=%s -f scripts/sql/grant-ml-service.sql"
              .formatted(row.getString(2), schema, row.getString(1)));
    }
    return new MissingRight(
        "bring schema '" + schema + "' up to date",
        "as its owner '" + row.getString(8) + "' run exportDdl(), which this release needs first");
  }
}
