package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.postgres.internal.server.Cursors;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.spi.ErasureStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Forgets subjects by the functions of the schema, in transactions of bounded size. */
final class PgErasure implements ErasureStore {
  private static final String SUBJECT = "forget";
  private static final int CHUNK = 5_000;
  private static final int PAGE = 1_000;

  private static final String RIGHTS =
      """
      SELECT quote_ident(current_user),
             has_table_privilege('ml.agent_decisions', 'DELETE')
         AND has_table_privilege('ml.agent_feedback', 'DELETE')
         AND has_table_privilege('ml.agent_activations', 'DELETE')
         AND has_table_privilege('ml.dead_letters', 'DELETE')
         AND has_table_privilege('ml.forgotten_subjects', 'INSERT')
         AND has_table_privilege('ml.forget_receipts', 'INSERT')
         AND has_function_privilege('ml.forget_decisions(uuid, text, integer)', 'EXECUTE')
         AND has_function_privilege('ml.forget_traces(text)', 'EXECUTE')
      """;

  private static final String BEGIN =
      """
      INSERT INTO ml.forgotten_subjects (subject_digest, decided_until)
      VALUES (ml.subject_digest(?), greatest(now(), ?))
      RETURNING receipt_id, subject_digest
      """;

  /** A decision that was parked is known by its letter only, and so is what its feedback is for. */
  private static final String PARKED =
      """
      INSERT INTO ml.forgotten_decisions (decision_id, receipt_id, held_back)
      SELECT DISTINCT id::uuid, ?::uuid, false
      FROM (SELECT substring(subject_id from '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}') AS id
            FROM ml.dead_letters WHERE origin = 'decision' AND subject_digest = ?) AS parked
      WHERE id IS NOT NULL
      ON CONFLICT (decision_id) DO NOTHING
      """;

  /** Shadows that name nobody and were stored before the decision was kept out. */
  private static final String SHADOWS =
      """
      WITH gone AS (
        DELETE FROM ml.agent_decisions d
        USING ml.forgotten_decisions f JOIN ml.forgotten_subjects s USING (receipt_id)
        WHERE f.decision_id = d.decision_id AND s.subject_digest = ?
        RETURNING d.source, d.source_sequence
      ), noted AS (
        INSERT INTO ml.removed_decisions (source, first_number, last_number)
        SELECT DISTINCT source, source_sequence, source_sequence FROM gone
        ON CONFLICT (source, first_number) DO NOTHING
      )
      SELECT count(*) FROM gone
      """;

  private static final String IDS =
      """
      SELECT d.decision_id FROM ml.forgotten_decisions d
      JOIN ml.forgotten_subjects s USING (receipt_id)
      WHERE s.subject_digest = ?
      """;

  private static final String END =
      """
      INSERT INTO ml.forget_receipts
        (receipt_id, decisions, held_back, feedback, dead_letters, recent)
      SELECT ?, ?, (SELECT count(*) FROM ml.forgotten_decisions WHERE receipt_id = ? AND held_back),
             ?, ?, ?
      ON CONFLICT (receipt_id) DO NOTHING
      """;

  private static final String READ =
      "SELECT held_back, forgotten_at FROM ml.forget_receipts WHERE receipt_id = ?";

  private final Database database;
  private final String schema;

  PgErasure(Database database, String schema) {
    this.database = database;
    this.schema = schema;
  }

  @Override
  public Request begin(String subject, Instant decidedUntil) {
    return database.transact(
        SUBJECT,
        connection -> {
          requireRights(connection);
          try (PreparedStatement statement = connection.prepareStatement(database.sql(BEGIN))) {
            statement.setString(1, subject);
            Times.set(statement, 2, decidedUntil);
            try (ResultSet row = statement.executeQuery()) {
              row.next();
              return new Begun(subject, row.getObject(1, UUID.class), row.getString(2));
            }
          }
        });
  }

  private void requireRights(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(database.sql(RIGHTS));
        ResultSet row = statement.executeQuery()) {
      row.next();
      if (!row.getBoolean(2)) {
        throw new ConfigException(
            "role %s was without the right to forget in schema '%s' at postgres '%s' but needs DELETE; as the schema's owner run psql -v schema=%s -v role=%s -f scripts/sql/grant-ml-forget.sql"
                .formatted(row.getString(1), schema, database.server(), schema, row.getString(1)));
      }
    }
  }

  private final class Begun implements Request {
    private final String subject;
    private final UUID receipt;
    private final String digest;
    private long decisions;
    private long feedback;
    private long deadLetters;

    Begun(String subject, UUID receipt, String digest) {
      this.subject = subject;
      this.receipt = receipt;
      this.digest = digest;
    }

    @Override
    public void delete() {
      long rows = database.transact(SUBJECT, this::deleteSome);
      while (rows > 0) {
        decisions += rows;
        rows = database.transact(SUBJECT, this::deleteSome);
      }
      Traces traces = database.transact(SUBJECT, this::deleteTraces);
      decisions += traces.shadows();
      feedback += traces.feedback();
      deadLetters += traces.deadLetters();
    }

    private long deleteSome(Connection connection) throws SQLException {
      String sql = database.sql("SELECT ml.forget_decisions(?, ?, ?)");
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setObject(1, receipt);
        statement.setString(2, subject);
        statement.setInt(3, CHUNK);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          noteParked(connection);
          return row.getLong(1);
        }
      }
    }

    /** Under the lock of the deletes, or a writer that notes the same would wait for it. */
    private void noteParked(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(database.sql(PARKED))) {
        statement.setObject(1, receipt);
        statement.setString(2, digest);
        statement.executeUpdate();
      }
    }

    /** Changes no count, since the transaction may be run again. */
    private Traces deleteTraces(Connection connection) throws SQLException {
      String sql = database.sql("SELECT * FROM ml.forget_traces(?)");
      try (PreparedStatement statement = connection.prepareStatement(sql)) {
        statement.setString(1, subject);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return new Traces(deleteShadows(connection), row.getLong(1), row.getLong(2));
        }
      }
    }

    /** After the traces, whose lock keeps writers waiting. */
    private long deleteShadows(Connection connection) throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(database.sql(SHADOWS))) {
        statement.setString(1, digest);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    }

    @Override
    public void decisions(Consumer<List<UUID>> reader) {
      database.stream(
          SUBJECT,
          connection -> {
            try (PreparedStatement statement = Cursors.prepare(connection, database.sql(IDS))) {
              statement.setString(1, digest);
              try (ResultSet rows = statement.executeQuery()) {
                return pages(rows, reader);
              }
            }
          });
    }

    @Override
    public ErasureReceipt end(long recent, long waiting) {
      return database.transact(
          SUBJECT,
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(database.sql(END))) {
              statement.setObject(1, receipt);
              statement.setLong(2, decisions);
              statement.setObject(3, receipt);
              statement.setLong(4, feedback);
              statement.setLong(5, deadLetters);
              statement.setLong(6, recent);
              statement.executeUpdate();
            }
            return read(connection, recent, waiting);
          });
    }

    private ErasureReceipt read(Connection connection, long recent, long waiting)
        throws SQLException {
      try (PreparedStatement statement = connection.prepareStatement(database.sql(READ))) {
        statement.setObject(1, receipt);
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          return new ErasureReceipt(
              receipt,
              digest,
              Times.get(row, 2),
              decisions,
              row.getLong(1),
              feedback,
              deadLetters,
              recent,
              waiting);
        }
      }
    }
  }

  private record Traces(long shadows, long feedback, long deadLetters) {}

  private static boolean pages(ResultSet rows, Consumer<List<UUID>> reader) throws SQLException {
    List<UUID> page = new ArrayList<>();
    while (rows.next()) {
      page.add(rows.getObject(1, UUID.class));
      if (page.size() == PAGE) {
        reader.accept(List.copyOf(page));
        page.clear();
      }
    }
    if (!page.isEmpty()) {
      reader.accept(List.copyOf(page));
    }
    return true;
  }
}
