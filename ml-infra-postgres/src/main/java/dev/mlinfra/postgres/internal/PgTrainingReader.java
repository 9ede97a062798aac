package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.copy.DecisionRow;
import dev.mlinfra.postgres.internal.server.Cursors;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.JoinedDecision;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.training.TrainingQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Reads training sets through a cursor in a transaction that sees one snapshot. */
final class PgTrainingReader implements TrainingReader {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_NANOS = 50_000_000;

  /** Rows may be large, with a context and features of views. */
  private static final int FETCH_ROWS = 200;

  /**
   * Rows are stored at the time when their transaction began. So nothing comes before the oldest
   * transaction that writes, or has done nothing yet; readers that hold a snapshot do not count.
   */
  private static final String SETTLED =
      """
      SELECT least(?, min(a.xact_start))
      FROM pg_catalog.pg_stat_activity a
      WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.backend_type = 'client backend'
        AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NULL
          OR EXISTS (SELECT FROM pg_catalog.pg_locks l
                     WHERE l.pid = a.pid AND l.mode = 'RowExclusiveLock'))
      """;

  private final Database database;

  PgTrainingReader(Database database) {
    this.database = database;
  }

  @Override
  public Instant settled(Optional<Instant> bound) {
    Instant now = now();
    Instant wanted = bound.orElse(now);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      // A transaction shows its start a moment after it took it from the clock.
      LockSupport.parkNanos(POLL_NANOS);
      Instant settled = settledBefore(now);
      if (!settled.isBefore(wanted)
          || System.nanoTime() - deadline > 0
          || Thread.currentThread().isInterrupted()) {
        return settled;
      }
      now = now();
    }
  }

  @Override
  public long read(TrainingQuery query, Consumer<JoinedDecision> reader) {
    return database.stream("training set", connection -> stream(connection, query, reader));
  }

  private Instant now() {
    return database.transact(
        "clock of the server",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("SELECT clock_timestamp()")) {
            rows.next();
            return Times.get(rows, 1);
          }
        });
  }

  private Instant settledBefore(Instant now) {
    return database.transact(
        "open writes",
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(SETTLED)) {
            Times.set(statement, 1, now);
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              return Times.get(rows, 1);
            }
          }
        });
  }

  private long stream(Connection connection, TrainingQuery query, Consumer<JoinedDecision> reader)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    TrainingSql sql = TrainingSql.of(query);
    try (PreparedStatement statement = Cursors.prepare(connection, database.sql(sql.text()))) {
      statement.setFetchSize(FETCH_ROWS);
      sql.bind(statement);
      long count = 0;
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.accept(joined(rows, query.features().size()));
          count++;
        }
      }
      return count;
    }
  }

  private static JoinedDecision joined(ResultSet rows, int joins) throws SQLException {
    int next = DecisionRow.COLUMN_COUNT + 1;
    double passProbability = rows.getDouble(next++);
    double completeness = rows.getDouble(next++);
    Optional<Instant> activatedAt =
        rows.getObject(next++) == null ? Optional.empty() : Optional.of(Times.get(rows, next - 1));
    long feedbacks = rows.getLong(next++);
    double reward = rows.getDouble(next++);
    OptionalDouble present = rows.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(reward);
    List<Optional<PackedRow>> features = new ArrayList<>(joins);
    for (int i = 0; i < joins; i++) {
      features.add(packed(rows, next + i * TrainingSql.FEATURE_COLUMNS));
    }
    return new JoinedDecision(
        DecisionRow.decision(rows),
        passProbability,
        completeness,
        activatedAt,
        feedbacks,
        present,
        features);
  }

  private static Optional<PackedRow> packed(ResultSet rows, int first) throws SQLException {
    String entity = rows.getString(first);
    return entity == null
        ? Optional.empty()
        : Optional.of(
            new PackedRow(
                entity,
                Times.get(rows, first + 1),
                Times.get(rows, first + 2),
                rows.getLong(first + 3),
                rows.getBytes(first + 4)));
  }
}
