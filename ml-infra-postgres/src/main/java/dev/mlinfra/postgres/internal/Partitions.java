package dev.mlinfra.postgres.internal;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The monthly partitions of the time-series tables; the schema's own function makes them. */
final class Partitions {
  private Partitions() {}

  /** Makes what rows from the first instant to before the second need; nothing for hypertables. */
  static void ensure(Connection connection, Database database, Instant from, Instant to)
      throws SQLException {
    List<String> months = new ArrayList<>();
    YearMonth last = month(to);
    for (YearMonth month = month(from); !month.isAfter(last); month = month.plusMonths(1)) {
      months.add(month + "-01T00:00:00Z");
    }
    String sql = database.sql("SELECT ml.ensure_metric_partitions(?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Array times = connection.createArrayOf("timestamptz", months.toArray());
      statement.setArray(1, times);
      statement.execute();
      times.free();
    }
  }

  private static YearMonth month(Instant at) {
    return YearMonth.from(at.atZone(ZoneOffset.UTC));
  }
}
