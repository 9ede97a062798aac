package dev.mlinfra.postgres.internal.server;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Instants as the driver takes and gives them. */
public final class Times {
  /** Bounds of a query that are beyond what the server knows mean the same as these. */
  private static final Instant FIRST = Instant.parse("-4000-01-01T00:00:00Z");

  private static final Instant LAST = Instant.parse("+290000-01-01T00:00:00Z");

  private Times() {}

  public static void set(PreparedStatement statement, int index, Instant at) throws SQLException {
    Instant known = at.isBefore(FIRST) ? FIRST : at.isAfter(LAST) ? LAST : at;
    statement.setObject(index, known.truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC));
  }

  public static Instant get(ResultSet rows, int column) throws SQLException {
    return rows.getObject(column, OffsetDateTime.class).toInstant();
  }
}
