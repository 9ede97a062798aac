package dev.mlinfra.postgres.internal;

import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.postgres.internal.copy.DecisionRow;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.training.FeatureJoin;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingQuery;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The statement of a training set with its parameters in order. Sums are taken in a fixed order,
 * since that of additions changes the last digits.
 */
final class TrainingSql {
  static final int FEATURE_COLUMNS = 5;

  private static final String COMPLETENESS =
      """
      WITH minutes AS MATERIALIZED (
        SELECT source, minute, stored::float8 / (stored + missing)::float8 AS completeness
        FROM ml.decision_completeness(?, ?, ?)
      )
      """;

  /** As in counted_feedback, but of what was known and within the window only. */
  private static final String REPLACED =
      "bool_or(replaces) OVER (PARTITION BY kind"
          + " ORDER BY observed_at DESC, replaces DESC, feedback_id DESC"
          + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)";

  private final StringBuilder text = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  private TrainingSql() {}

  static TrainingSql of(TrainingQuery query) {
    TrainingSql sql = new TrainingSql();
    DecisionQuery decisions = query.decisions();
    Instant known =
        query
            .knownBefore()
            .orElseThrow(() -> new IllegalArgumentException("training set without a bound"));
    sql.add(COMPLETENESS, decisions.from(), decisions.to(), known);
    sql.add(
        "SELECT "
            + DecisionRow.COLUMNS
            + ", d.pass_probability, m.completeness, a.activated_at, f.*");
    for (int i = 0; i < query.features().size(); i++) {
      sql.add(", v" + i + ".*");
    }
    sql.add("\nFROM ml.agent_decisions d\n");
    sql.add("JOIN minutes m ON m.source = d.source");
    sql.add(" AND m.minute = date_trunc('minute', d.decided_at, 'UTC')\n");
    sql.add("LEFT JOIN ml.agent_activations a ON d.deferred AND a.decision_id = d.decision_id");
    sql.add(" AND a.received_at < ?\n", known);
    sql.feedback(query, known);
    for (int i = 0; i < query.features().size(); i++) {
      sql.features(query.features().get(i), "v" + i, known);
    }
    sql.add("WHERE d.decided_at >= ? AND d.decided_at < ?", decisions.from(), decisions.to());
    sql.add(" AND d.stored_at < ? AND (NOT d.deferred OR a.decision_id IS NOT NULL)", known);
    decisions.agent().ifPresent(agent -> sql.add(" AND d.agent = ?", agent));
    decisions.model().ifPresent(model -> sql.add(" AND d.model = ?", model));
    query.mode().ifPresent(mode -> sql.add(" AND d.mode = ?", mode.name()));
    sql.add("\nORDER BY d.decided_at, d.decision_id");
    return sql;
  }

  String text() {
    return text.toString();
  }

  void bind(PreparedStatement statement) throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Object value = parameters.get(i);
      if (value instanceof Instant at) {
        Times.set(statement, i + 1, at);
      } else {
        statement.setObject(i + 1, value);
      }
    }
  }

  private void feedback(TrainingQuery query, Instant known) {
    add("CROSS JOIN LATERAL (SELECT count(*), " + reward(query.aggregate()));
    add(" FROM (SELECT feedback_id, reward, observed_at, " + REPLACED + " AS replaced");
    add(" FROM ml.agent_feedback WHERE decision_id = d.decision_id AND received_at < ?", known);
    query.decisions().feedbackKind().ifPresent(kind -> add(" AND kind = ?", kind));
    query
        .window()
        .ifPresent(
            window ->
                add(
                    " AND observed_at <= coalesce(a.activated_at, d.decided_at)"
                        + " + ? * interval '1 microsecond'",
                    window.toNanos() / 1_000.0));
    add(") g WHERE replaced IS NOT TRUE) f\n");
  }

  private void features(FeatureJoin join, String name, Instant known) {
    add("LEFT JOIN LATERAL (SELECT entity, event_time, created_at, schema_hash, packed");
    add(" FROM ml.feature_store WHERE view = ?", join.view());
    join.contextKey()
        .ifPresentOrElse(
            key -> add(" AND entity = (d.context ->> ?)", key),
            () -> add(" AND entity = d.action"));
    add(" AND event_time <= d.decided_at AND created_at <= d.decided_at");
    add(" AND created_at < ?", known); // of a decision that a clock ahead has put behind it
    add(" ORDER BY event_time DESC, created_at DESC LIMIT 1) " + name + " ON true\n");
  }

  private static String reward(RewardAggregate aggregate) {
    return switch (aggregate) {
      case FIRST -> "(array_agg(reward ORDER BY observed_at, feedback_id))[1]";
      case LAST -> "(array_agg(reward ORDER BY observed_at DESC, feedback_id DESC))[1]";
      case SUM -> "sum(reward ORDER BY observed_at, feedback_id)";
      case MAX -> "max(reward)";
      case MEAN -> "avg(reward ORDER BY observed_at, feedback_id)";
    };
  }

  private void add(String sql, Object... values) {
    text.append(sql);
    parameters.addAll(List.of(values));
  }
}
