package dev.mlinfra.postgres.internal;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** A decision as queries of {@code agent_decisions d} read it, from the first column on. */
final class DecisionRow {
  static final int COLUMN_COUNT = 16;
  static final String COLUMNS =
      "d.decision_id, d.decided_at, d.agent, d.mode, d.model, d.model_version, d.action,"
          + " d.propensity, d.score, d.baseline_action, d.features, d.feature_set, d.context,"
          + " d.latency_us, d.deferred, d.subject";

  private DecisionRow() {}

  static Decision decision(ResultSet rows) throws SQLException {
    DecisionBuilder builder =
        Decision.by(rows.getString(3))
            .id(rows.getObject(1, UUID.class))
            .decidedAt(Times.get(rows, 2))
            .mode(DecisionMode.valueOf(rows.getString(4)))
            .model(rows.getString(5), rows.getString(6))
            .action(rows.getString(7))
            .propensity(rows.getDouble(8));
    double score = rows.getDouble(9);
    if (!rows.wasNull()) {
      builder.score(score);
    }
    String baseline = rows.getString(10);
    if (baseline != null) {
      builder.baselineAction(baseline);
    }
    float[] features = Floats.get(rows, 11);
    if (features.length > 0) {
      builder.features(features);
    }
    String set = rows.getString(12);
    if (set != null) {
      builder.featureSet(set);
    }
    String context = rows.getString(13);
    if (context != null) {
      FlatJson.texts(context).forEach(builder::context);
    }
    long latencyMicros = rows.getLong(14);
    if (!rows.wasNull()) {
      builder.latency(Duration.of(latencyMicros, ChronoUnit.MICROS));
    }
    String subject = rows.getString(16);
    if (subject != null) {
      builder.subject(subject);
    }
    return builder.deferred(rows.getBoolean(15)).build();
  }
}
