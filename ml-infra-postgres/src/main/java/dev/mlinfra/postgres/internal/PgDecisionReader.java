package dev.mlinfra.postgres.internal;

import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.postgres.internal.copy.DecisionRow;
import dev.mlinfra.postgres.internal.server.Cursors;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.DecisionReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads decisions with their feedback through a cursor. */
final class PgDecisionReader implements DecisionReader {
  private static final String SQL =
      "SELECT "
          + DecisionRow.COLUMNS
          + """
      , d.pass_probability, f.feedbacks, f.reward
      FROM ml.counted_decisions d
      CROSS JOIN LATERAL (
        SELECT count(*) AS feedbacks, coalesce(sum(reward), 0) AS reward
        FROM ml.counted_feedback
        WHERE decision_id = d.decision_id AND (?::text IS NULL OR kind = ?)) f
      WHERE d.decided_at >= ? AND d.decided_at < ?
        AND (?::text IS NULL OR d.agent = ?) AND (?::text IS NULL OR d.model = ?)
      ORDER BY d.decided_at, d.decision_id
      """;

  private final Database database;

  PgDecisionReader(Database database) {
    this.database = database;
  }

  @Override
  public long read(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    return database.stream("decision history", connection -> stream(connection, query, reader));
  }

  private long stream(Connection connection, DecisionQuery query, Consumer<DecisionOutcome> reader)
      throws SQLException {
    try (PreparedStatement statement =
        Cursors.prepare(connection, database.sql(SQL) + limit(query))) {
      optional(statement, 1, query.feedbackKind().orElse(null));
      Times.set(statement, 3, query.from());
      Times.set(statement, 4, query.to());
      optional(statement, 5, query.agent().orElse(null));
      optional(statement, 7, query.model().orElse(null));
      long count = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.accept(outcome(rows));
          count++;
        }
      }
      return count;
    }
  }

  @Override
  public List<DecisionCompleteness> completeness(DecisionQuery query) {
    return database.transact("completeness", connection -> completeness(connection, query));
  }

  private List<DecisionCompleteness> completeness(Connection connection, DecisionQuery query)
      throws SQLException {
    String sql = database.sql("SELECT * FROM ml.decision_completeness(?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Times.set(statement, 1, query.from());
      Times.set(statement, 2, query.to());
      List<DecisionCompleteness> minutes = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          minutes.add(
              new DecisionCompleteness(
                  rows.getString(1),
                  Times.get(rows, 2),
                  rows.getLong(3),
                  rows.getLong(4),
                  rows.getLong(5),
                  rows.getLong(6)));
        }
      }
      return List.copyOf(minutes);
    }
  }

  private static String limit(DecisionQuery query) {
    return query.limit() == Long.MAX_VALUE ? "" : "LIMIT " + query.limit();
  }

  private static void optional(PreparedStatement statement, int index, @Nullable String value)
      throws SQLException {
    statement.setString(index, value);
    statement.setString(index + 1, value);
  }

  private static DecisionOutcome outcome(ResultSet rows) throws SQLException {
    int next = DecisionRow.COLUMN_COUNT + 1;
    return new DecisionOutcome(
        DecisionRow.decision(rows),
        rows.getDouble(next),
        rows.getLong(next + 1),
        rows.getDouble(next + 2));
  }
}
