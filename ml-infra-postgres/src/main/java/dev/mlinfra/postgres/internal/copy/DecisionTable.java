package dev.mlinfra.postgres.internal.copy;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.postgres.internal.copy.ForgottenFilter.Names;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.EncodedRows;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * Decisions, which name their subject. A shadow may name nobody: what it shadows does, by its id.
 */
final class DecisionTable extends CopiedTable<Decision> {
  private static final String SHADOW = DecisionMode.SHADOW.name();

  /** Forgotten rows have numbers that are not missing, and ids that are known from then on. */
  private static final String FORGOTTEN =
      """
      WITH named AS (
        SELECT s.decision_id FROM pg_temp.ml_infra_agent_decisions s
        JOIN ml.forgotten_subjects f
          ON f.subject_digest = ml.subject_digest(s.subject) AND s.decided_at <= f.decided_until
      ), refused AS (
        -- Rows of shadows share the id and may name nobody.
        DELETE FROM pg_temp.ml_infra_agent_decisions s
        WHERE EXISTS (SELECT FROM ml.forgotten_decisions f WHERE f.decision_id = s.decision_id)
           OR s.decision_id IN (SELECT n.decision_id FROM named n)
        RETURNING s.decision_id, s.decided_at, s.subject, s.source, s.source_sequence
      ), noted AS (
        INSERT INTO ml.removed_decisions (source, first_number, last_number)
        SELECT DISTINCT source, source_sequence, source_sequence FROM refused
        ON CONFLICT (source, first_number) DO NOTHING
      )
      INSERT INTO ml.forgotten_decisions (decision_id, receipt_id, held_back)
      SELECT DISTINCT ON (r.decision_id) r.decision_id, f.receipt_id, true
      FROM refused r
      JOIN ml.forgotten_subjects f
        ON f.subject_digest = ml.subject_digest(r.subject) AND r.decided_at <= f.decided_until
      ORDER BY r.decision_id, f.requested_at DESC
      ON CONFLICT (decision_id) DO NOTHING
      """;

  /** A decision that the store had under another number leaves this one without a row. */
  private static final String NOTE_REPEATS =
      """
      INSERT INTO ml.removed_decisions (source, first_number, last_number)
      SELECT DISTINCT s.source, s.source_sequence, s.source_sequence
      FROM pg_temp.ml_infra_agent_decisions s
      WHERE NOT EXISTS (
        SELECT FROM ml.agent_decisions d
        WHERE hashtextextended(d.source, 0) = hashtextextended(s.source, 0)
          AND d.source = s.source AND d.source_sequence = s.source_sequence)
      ON CONFLICT (source, first_number) DO NOTHING
      """;

  private final int id;
  private final int time;
  private final int mode;
  private final int subject;

  /** Makes one that is copied into such columns, those of {@link DecisionColumns} among them. */
  DecisionTable(List<DecisionColumn> columns) {
    super("decisions", "decision", new Columns<>(columns), DecisionColumns.ID);
    this.id = columns().position(DecisionColumns.ID);
    this.time = columns().position(DecisionColumns.TIME);
    this.mode = columns().position(DecisionColumns.MODE);
    this.subject = columns().position(DecisionColumns.SUBJECT);
  }

  @Override
  Optional<String> time() {
    return Optional.of(DecisionColumns.TIME);
  }

  @Override
  String forgotten() {
    return FORGOTTEN;
  }

  @Override
  Optional<String> afterRepeats() {
    return Optional.of(NOTE_REPEATS);
  }

  @Override
  String key(EncodedRows rows, int row) {
    UUID decision = RowReader.uuid(rows, row, id);
    return SHADOW.equals(RowReader.text(rows, row, mode))
        ? DeadLetter.idOf(decision, DecisionMode.SHADOW, RowReader.time(rows, row, time))
        : decision.toString();
  }

  @Override
  Names names(List<Decision> rows) {
    Set<String> subjects = new HashSet<>();
    Set<UUID> decisions = new HashSet<>();
    for (Decision row : rows) {
      if (row.subject().isPresent()) {
        subjects.add(row.subject().get());
      } else if (row.mode() == DecisionMode.SHADOW) {
        decisions.add(row.id());
      }
    }
    return new Names(subjects, decisions);
  }

  @Override
  Names names(EncodedRows rows) {
    Set<String> subjects = new HashSet<>();
    Set<UUID> decisions = new HashSet<>();
    for (int row = 0; row < rows.count(); row++) {
      String named = RowReader.text(rows, row, subject);
      if (named != null) {
        subjects.add(named);
      } else if (SHADOW.equals(RowReader.text(rows, row, mode))) {
        decisions.add(RowReader.uuid(rows, row, id));
      }
    }
    return new Names(subjects, decisions);
  }

  @Override
  void tell(Touched touched, List<Decision> rows) {
    touched.decided(rows.stream().mapToLong(row -> row.decidedAt().getEpochSecond()));
  }

  @Override
  void tell(Touched touched, EncodedRows rows) {
    touched.decided(
        IntStream.range(0, rows.count()).mapToLong(row -> RowReader.epochSecond(rows, row, time)));
  }
}
