package dev.mlinfra.postgres.internal;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.DecisionOutcome;
import dev.mlinfra.decision.DecisionQuery;
import dev.mlinfra.spi.DecisionHistory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads decisions with their feedback through a cursor. */
final class PgDecisionHistory implements DecisionHistory {
  private static final String SQL =
      """
      SELECT d.decision_id, d.decided_at, d.agent, d.mode, d.model, d.model_version, d.action,
             d.propensity, d.pass_probability, d.score, d.baseline_action, d.features,
             d.feature_set, d.context, d.latency_us, f.feedbacks, f.reward
      FROM ml.agent_decisions d
      CROSS JOIN LATERAL (
        SELECT count(*) AS feedbacks, coalesce(sum(reward), 0) AS reward
        FROM ml.agent_feedback
        WHERE decision_id = d.decision_id AND (?::text IS NULL OR kind = ?)) f
      WHERE d.decided_at >= ? AND d.decided_at < ?
        AND (?::text IS NULL OR d.agent = ?) AND (?::text IS NULL OR d.model = ?)
      ORDER BY d.decided_at, d.decision_id
      """;

  private final Database database;

  PgDecisionHistory(Database database) {
    this.database = database;
  }

  @Override
  public long read(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    return database.stream("decision history", connection -> stream(connection, query, reader));
  }

  private long stream(Connection connection, DecisionQuery query, Consumer<DecisionOutcome> reader)
      throws SQLException {
    try (PreparedStatement statement = Cursors.prepare(connection, database.sql(SQL))) {
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

  private static void optional(PreparedStatement statement, int index, @Nullable String value)
      throws SQLException {
    statement.setString(index, value);
    statement.setString(index + 1, value);
  }

  private static DecisionOutcome outcome(ResultSet rows) throws SQLException {
    return new DecisionOutcome(
        decision(rows), rows.getDouble(9), rows.getLong(16), rows.getDouble(17));
  }

  private static Decision decision(ResultSet rows) throws SQLException {
    DecisionBuilder builder =
        Decision.by(rows.getString(3))
            .id(rows.getObject(1, UUID.class))
            .decidedAt(Times.get(rows, 2))
            .mode(DecisionMode.valueOf(rows.getString(4)))
            .model(rows.getString(5), rows.getString(6))
            .action(rows.getString(7))
            .propensity(rows.getDouble(8));
    double score = rows.getDouble(10);
    if (!rows.wasNull()) {
      builder.score(score);
    }
    String baseline = rows.getString(11);
    if (baseline != null) {
      builder.baselineAction(baseline);
    }
    float[] features = Floats.get(rows, 12);
    if (features.length > 0) {
      builder.features(features);
    }
    String set = rows.getString(13);
    if (set != null) {
      builder.featureSet(set);
    }
    String context = rows.getString(14);
    if (context != null) {
      FlatJson.texts(context).forEach(builder::context);
    }
    long latencyMicros = rows.getLong(15);
    if (!rows.wasNull()) {
      builder.latency(Duration.of(latencyMicros, ChronoUnit.MICROS));
    }
    return builder.build();
  }
}
