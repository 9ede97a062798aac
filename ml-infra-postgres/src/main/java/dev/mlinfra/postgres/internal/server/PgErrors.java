package dev.mlinfra.postgres.internal.server;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.runtime.Causes;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The one place where an {@link SQLException} becomes an exception of the library. */
public final class PgErrors {
  private static final String UNIQUE_VIOLATION = "23505";
  public static final String PERMISSION_DENIED = "42501";
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String QUERY_CANCELED = "57014";

  private static final Set<String> LOST_CONNECTION = Set.of("08003", "08006", "57P01", "57P02");

  /** Data exception, integrity violation, program limit: the same rows will be refused again. */
  private static final Set<String> DATA_CLASSES = Set.of("22", "23", "54");

  private PgErrors() {}

  /** Translates a failure of a read or write. */
  public static MlInfraException of(String server, String subject, SQLException e) {
    String state = state(e);
    if (state.length() == 5 && DATA_CLASSES.contains(state.substring(0, 2))) {
      return new CorruptDataException(
          "%s was refused by postgres '%s' (%s); correct the data"
              .formatted(subject, server, cause(e)),
          e);
    }
    if (timedOut(e)) {
      return new TimedOutException(
          "%s timed out at postgres '%s' (%s); try again or raise the time-out"
              .formatted(subject, server, cause(e)),
          e);
    }
    return new UnavailableException(
        "%s failed at postgres '%s' (%s); %s".formatted(subject, server, cause(e), nextStep(state)),
        e);
  }

  /** Translates a failure while the schema is looked at or made. */
  public static MlInfraException schema(String server, String schema, SQLException e) {
    if (PERMISSION_DENIED.equals(state(e))) {
      return new ConfigException(
          "schema '%s' at postgres '%s' was refused to this user (%s); grant the right or have a DBA run exportDdl()"
              .formatted(schema, server, cause(e)),
          e);
    }
    return of(server, "schema '" + schema + "'", e);
  }

  public static boolean isUniqueViolation(MlInfraException e) {
    return e.getCause() instanceof SQLException cause && UNIQUE_VIOLATION.equals(state(cause));
  }

  /** Says whether the connection was gone when it was used, rather than the server out of reach. */
  public static boolean isLostConnection(MlInfraException e) {
    return e.getCause() instanceof SQLException cause && LOST_CONNECTION.contains(state(cause));
  }

  private static boolean timedOut(SQLException e) {
    String state = state(e);
    if (state.equals(QUERY_CANCELED) || state.equals(LOCK_NOT_AVAILABLE)) {
      return true;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SocketTimeoutException) {
        return true;
      }
    }
    return false;
  }

  private static String nextStep(String state) {
    if (state.startsWith("28")) {
      return "check user and password";
    }
    return switch (state) {
      case "42P01", "42703", "3F000" -> "call ensureSchema()";
      case "3D000" -> "create the database or correct the URL";
      case "25006" -> "the server is read-only; wait for the fail-over or correct the URL";
      case PERMISSION_DENIED -> "grant the right (see docs/postgres.md)";
      case "53100" -> "free space on the server's disk";
      default ->
          state.startsWith("08") || state.equals("none")
              ? "check that the server runs and answers"
              : "try again";
    };
  }

  /** The SQLState of the first exception in the chain that has one, {@code none} otherwise. */
  public static String state(SQLException e) {
    for (@Nullable Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState();
      }
    }
    return "none";
  }

  /** What the server said, for a message. */
  public static String cause(SQLException e) {
    return "SQLState " + state(e) + ": " + told(e);
  }

  private static String told(SQLException e) {
    Throwable cause = e;
    if (e instanceof SQLTransientConnectionException && e.getCause() != null) {
      cause = e.getCause();
    }
    // Without the detail, which quotes the row; a host's own DataSource would show it.
    ServerErrorMessage server =
        cause instanceof PSQLException driver ? driver.getServerErrorMessage() : null;
    return Causes.oneLine(
        server == null
            ? String.valueOf(cause.getMessage())
            : server.getSeverity() + ": " + server.getMessage());
  }
}
