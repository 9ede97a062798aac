package dev.mlinfra.postgres.internal;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Stores decisions, feedback and activations by binary COPY, and tells the rollup what it touched.
 */
final class CopyDecisionSink implements DecisionSink {
  /**
   * Of the lists of columns below: raise one with any change of its list. New columns come at the
   * end, so that rows of older versions can still be read.
   */
  private static final int DECISION_VERSION = 3;

  private static final int FEEDBACK_VERSION = 2;
  private static final int ACTIVATION_VERSION = 1;

  private static final List<String> DECISION_COLUMNS =
      List.of(
          "decision_id",
          "decided_at",
          "agent",
          "mode",
          "model",
          "model_version",
          "action",
          "propensity",
          "pass_probability",
          "score",
          "baseline_action",
          "features",
          "feature_set",
          "context",
          "latency_us",
          "source",
          "source_sequence",
          "deferred",
          "subject");
  private static final List<String> FEEDBACK_COLUMNS =
      List.of(
          "feedback_id",
          "decision_id",
          "kind",
          "reward",
          "label",
          "observed_at",
          "source",
          "replaces");
  private static final List<String> ACTIVATION_COLUMNS =
      List.of("decision_id", "activated_at", "source");

  /** A decision that the store had under another number leaves this one without a row. */
  private static final String NOTE_REPEATS =
      """
      INSERT INTO ml.removed_decisions (source, first_number, last_number)
      SELECT DISTINCT s.source, s.source_sequence, s.source_sequence
      FROM pg_temp.staged_agent_decisions s
      WHERE NOT EXISTS (
        SELECT FROM ml.agent_decisions d
        WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0)
          AND d.source = s.source AND d.source_sequence = s.source_sequence)
      ON CONFLICT (source, first_number) DO NOTHING
      """;

  private final String source;
  private final byte[] sourceBytes;
  private final DecisionRollup rollup;
  private final CopyTable<LoggedDecision> decisions;
  private final CopyTable<Feedback> feedback;
  private final CopyTable<Activation> activations;

  CopyDecisionSink(Database database, String source, DecisionRollup rollup) {
    this.source = source;
    this.sourceBytes = source.getBytes(StandardCharsets.UTF_8);
    this.rollup = rollup;
    this.decisions =
        new CopyTable<>(
            database,
            "write of decisions",
            "agent_decisions",
            DECISION_COLUMNS,
            this::encodeDecision,
            RowSubjects.DECISIONS,
            new ForgottenFilter(database, ForgottenFilter.DECISIONS),
            Optional.of(NOTE_REPEATS));
    this.feedback =
        new CopyTable<>(
            database,
            "write of feedback",
            "agent_feedback",
            FEEDBACK_COLUMNS,
            this::encodeFeedback,
            RowSubjects.FEEDBACK,
            new ForgottenFilter(database, ForgottenFilter.FEEDBACK),
            Optional.empty());
    this.activations =
        new CopyTable<>(
            database,
            "write of activations",
            "agent_activations",
            ACTIVATION_COLUMNS,
            this::encodeActivation,
            RowSubjects.ACTIVATIONS,
            new ForgottenFilter(database, ForgottenFilter.ACTIVATIONS),
            Optional.empty());
  }

  @Override
  public Written write(List<LoggedDecision> batch, boolean firstAttempt) {
    Written written = decisions.write(batch, firstAttempt);
    rollup.decided(batch);
    return written;
  }

  @Override
  public Written writeFeedback(List<Feedback> batch, boolean firstAttempt) {
    Written written = feedback.write(batch, firstAttempt);
    rollup.rewarded(batch);
    return written;
  }

  @Override
  public Written writeActivations(List<Activation> batch, boolean firstAttempt) {
    Written written = activations.write(batch, firstAttempt);
    rollup.activated(batch);
    return written;
  }

  @Override
  public Optional<RowStore<LoggedDecision>> decisionRows() {
    return Optional.of(
        new EncodedTable<>(decisions, DECISION_VERSION, "decision", rollup::decidedRows));
  }

  @Override
  public Optional<RowStore<Feedback>> feedbackRows() {
    return Optional.of(
        new EncodedTable<>(feedback, FEEDBACK_VERSION, "feedback", rollup::rewardedRows));
  }

  @Override
  public Optional<RowStore<Activation>> activationRows() {
    return Optional.of(
        new EncodedTable<>(activations, ACTIVATION_VERSION, "activation", rollup::activatedRows));
  }

  @Override
  public void numbering(LongSupplier numbered) {
    rollup.numbering(source, numbered);
  }

  private void encodeDecision(CopyWriter row, LoggedDecision logged) throws SQLException {
    Decision decision = logged.decision();
    row.uuid(decision.id())
        .time(decision.decidedAt())
        .text(decision.agent())
        .text(decision.mode().name())
        .text(decision.model())
        .text(decision.modelVersion())
        .text(decision.action())
        .float8(decision.propensity())
        .float8(logged.passProbability());
    if (decision.score().isPresent()) {
      row.float8(decision.score().getAsDouble());
    } else {
      row.absent();
    }
    row.text(decision.baselineAction().orElse(null));
    encodeFeatures(row, decision);
    row.text(decision.featureSet().orElse(null))
        .jsonb(decision.context().isEmpty() ? null : FlatJson.write(decision.context()))
        .int8(decision.latency().map(CopyDecisionSink::micros).orElse(null))
        .bytes(sourceBytes)
        .int8(logged.sequence())
        .bool(decision.deferred())
        .text(decision.subject().orElse(null));
  }

  private static void encodeFeatures(CopyWriter row, Decision decision) {
    int count = decision.featureCount();
    if (count == 0) {
      row.absent();
      return;
    }
    row.reals(count, decision::feature);
  }

  private void encodeFeedback(CopyWriter row, Feedback given) throws SQLException {
    row.uuid(given.id())
        .uuid(given.decisionId())
        .text(given.kind())
        .float8(given.reward())
        .text(given.label().orElse(null))
        .time(given.observedAt())
        .bytes(sourceBytes)
        .bool(given.replaces());
  }

  private void encodeActivation(CopyWriter row, Activation given) throws SQLException {
    row.uuid(given.decisionId()).time(given.activatedAt()).bytes(sourceBytes);
  }

  private static Long micros(Duration latency) {
    return latency.getSeconds() * 1_000_000L + latency.getNano() / 1_000;
  }
}
