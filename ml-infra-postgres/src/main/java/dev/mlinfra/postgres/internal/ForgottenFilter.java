package dev.mlinfra.postgres.internal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.UUID;

/** Keeps out of the tables what was forgotten, in the transaction that stores a batch. */
final class ForgottenFilter {
  /** For decisions; their numbers are not missing, and their ids are known from then on. */
  static final String DECISIONS =
      """
      WITH named AS (
        SELECT s.decision_id FROM pg_temp.staged_agent_decisions s
        JOIN ml.forgotten_subjects f
          ON f.subject_digest = ml.subject_digest(s.subject) AND s.decided_at <= f.decided_until
      ), refused AS (
        -- Rows of shadows share the id and may name nobody.
        DELETE FROM pg_temp.staged_agent_decisions s
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

  /** For feedback. */
  static final String FEEDBACK =
      """
      DELETE FROM pg_temp.staged_agent_feedback s USING ml.forgotten_decisions f
      WHERE f.decision_id = s.decision_id
      """;

  /** For activations. */
  static final String ACTIVATIONS =
      """
      DELETE FROM pg_temp.staged_agent_activations s USING ml.forgotten_decisions f
      WHERE f.decision_id = s.decision_id
      """;

  /** Whom and what a batch names. */
  record Names(Set<String> subjects, Set<UUID> decisions) {
    static final Names NONE = new Names(Set.of(), Set.of());

    boolean isEmpty() {
      return subjects.isEmpty() && decisions.isEmpty();
    }
  }

  private final Database database;
  private final String sql;

  ForgottenFilter(Database database, String sql) {
    this.database = database;
    this.sql = database.sql(sql);
  }

  /** Lets nobody forget until the transaction ends, and says whether the batch needs the filter. */
  boolean holdsForgotten(Connection connection, Names names) throws SQLException {
    String ask = database.sql("SELECT ml.holds_forgotten(?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(ask)) {
      statement.setArray(1, connection.createArrayOf("text", names.subjects().toArray()));
      statement.setArray(2, connection.createArrayOf("uuid", names.decisions().toArray()));
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /** Lets nobody forget until the transaction ends, and says whether anybody ever was. */
  boolean holdsForgotten(Connection connection) throws SQLException {
    String ask = database.sql("SELECT ml.holds_forgotten(NULL, NULL)");
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ask)) {
      return row.next() && row.getBoolean(1);
    }
  }

  /** Takes forgotten rows out of the staging table. */
  void apply(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(sql);
    }
  }
}
