package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.postgres.internal.copy.Column.Before;
import dev.mlinfra.postgres.internal.copy.DecisionColumn.Reader;
import dev.mlinfra.postgres.internal.server.FlatJson;
import dev.mlinfra.postgres.internal.server.Floats;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.RowBatch;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The columns of {@code agent_decisions}: how each is written and read, and since when rows have
 * it. A new one may stand anywhere, with a version above all others.
 */
final class DecisionColumns {
  static final String ID = "decision_id";
  static final String TIME = "decided_at";
  static final String AGENT = "agent";
  static final String MODE = "mode";
  static final String MODEL_VERSION = "model_version";
  static final String SUBJECT = "subject";

  private DecisionColumns() {}

  /** Those of rows that a process writes. */
  static List<DecisionColumn> of(String source) {
    byte[] by = source.getBytes(StandardCharsets.UTF_8);
    return List.of(
        new DecisionColumn(
            ID,
            (to, it, rows, row) -> to.uuid(it.id()),
            (it, found, at) -> it.id(found.getObject(at, UUID.class))),
        new DecisionColumn(
            TIME,
            (to, it, rows, row) -> to.time(it.decidedAt()),
            (it, found, at) -> it.decidedAt(Times.get(found, at))),
        new DecisionColumn(
            AGENT, (to, it, rows, row) -> to.text(it.agent()), DecisionColumns::readElsewhere),
        new DecisionColumn(
            MODE,
            (to, it, rows, row) -> to.text(it.mode().name()),
            (it, found, at) -> it.mode(DecisionMode.valueOf(found.getString(at)))),
        new DecisionColumn(
            "model",
            (to, it, rows, row) -> to.text(it.model()),
            (it, found, at) -> it.model(found.getString(at), found.getString(MODEL_VERSION))),
        new DecisionColumn(
            MODEL_VERSION,
            (to, it, rows, row) -> to.text(it.modelVersion()),
            DecisionColumns::readElsewhere),
        new DecisionColumn(
            "action",
            (to, it, rows, row) -> to.text(it.action()),
            (it, found, at) -> it.action(found.getString(at))),
        new DecisionColumn(
            "propensity",
            (to, it, rows, row) -> to.float8(it.propensity()),
            (it, found, at) -> it.propensity(found.getDouble(at))),
        new DecisionColumn(
            "pass_probability", (to, it, rows, row) -> to.float8(rows.passProbability(row))),
        new DecisionColumn("score", DecisionColumns::writeScore, DecisionColumns::readScore),
        new DecisionColumn(
            "baseline_action",
            (to, it, rows, row) -> to.text(it.baselineAction().orElse(null)),
            text(DecisionBuilder::baselineAction)),
        new DecisionColumn(
            "features", DecisionColumns::writeFeatures, DecisionColumns::readFeatures),
        new DecisionColumn(
            "feature_set",
            (to, it, rows, row) -> to.text(it.featureSet().orElse(null)),
            text(DecisionBuilder::featureSet)),
        new DecisionColumn(
            "context",
            DecisionColumns::writeContext,
            text((it, context) -> FlatJson.texts(context).forEach(it::context))),
        new DecisionColumn(
            "latency_us", DecisionColumns::writeLatency, DecisionColumns::readLatency),
        new DecisionColumn("source", (to, it, rows, row) -> to.bytes(by)),
        new DecisionColumn("source_sequence", (to, it, rows, row) -> to.int8(rows.sequence(row))),
        new DecisionColumn(
            "deferred",
            2,
            Before.FALSE,
            (to, it, rows, row) -> to.bool(it.deferred()),
            (it, found, at) -> it.deferred(found.getBoolean(at))),
        new DecisionColumn(
            SUBJECT,
            3,
            Before.ABSENT,
            (to, it, rows, row) -> to.text(it.subject().orElse(null)),
            text(DecisionBuilder::subject)));
  }

  private static void writeScore(CopyWriter to, Decision it, RowBatch<Decision> rows, int row) {
    OptionalDouble score = it.score();
    if (score.isPresent()) {
      to.float8(score.getAsDouble());
    } else {
      to.absent();
    }
  }

  private static void readScore(DecisionBuilder it, ResultSet found, int at) throws SQLException {
    double score = found.getDouble(at);
    if (!found.wasNull()) {
      it.score(score);
    }
  }

  private static void writeFeatures(CopyWriter to, Decision it, RowBatch<Decision> rows, int row) {
    int count = it.featureCount();
    if (count == 0) {
      to.absent();
    } else {
      to.reals(count, it::feature);
    }
  }

  private static void readFeatures(DecisionBuilder it, ResultSet found, int at)
      throws SQLException {
    float[] features = Floats.get(found, at);
    if (features.length > 0) {
      it.features(features);
    }
  }

  private static void writeContext(CopyWriter to, Decision it, RowBatch<Decision> rows, int row) {
    Map<String, String> context = it.context();
    to.jsonb(context.isEmpty() ? null : FlatJson.write(context));
  }

  private static void writeLatency(CopyWriter to, Decision it, RowBatch<Decision> rows, int row) {
    Optional<Duration> latency = it.latency();
    if (latency.isPresent()) {
      to.int8(TimeUnit.MICROSECONDS.convert(latency.get()));
    } else {
      to.absent();
    }
  }

  private static void readLatency(DecisionBuilder it, ResultSet found, int at) throws SQLException {
    long micros = found.getLong(at);
    if (!found.wasNull()) {
      it.latency(Duration.of(micros, ChronoUnit.MICROS));
    }
  }

  /** Of a text that may be absent. */
  private static Reader text(BiConsumer<DecisionBuilder, String> into) {
    return (it, found, at) -> {
      String text = found.getString(at);
      if (text != null) {
        into.accept(it, text);
      }
    };
  }

  /** Of a column that is read together with another one. */
  private static void readElsewhere(DecisionBuilder it, ResultSet found, int at) {}
}
