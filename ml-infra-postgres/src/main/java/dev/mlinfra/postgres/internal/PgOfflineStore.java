package dev.mlinfra.postgres.internal;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.postgres.internal.copy.CopyWriter;
import dev.mlinfra.postgres.internal.server.Cursors;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Features in {@code feature_store}; batches and questions come in by COPY. */
final class PgOfflineStore implements OfflineStore {
  private static final List<String> ROW_COLUMNS =
      List.of("entity", "event_time", "created_at", "schema_hash", "packed");
  private static final List<String> SPINE_COLUMNS = List.of("ordinal", "entity", "at");

  /** A row equal to the one known just before it would change no answer, so it is left out. */
  private static final String APPEND =
      """
      INSERT INTO ml.feature_store (view, entity, event_time, created_at, schema_hash, packed)
      SELECT ?, entity, event_time, o.created_at, o.schema_hash, o.packed
      FROM (
        SELECT *, lag(created_at) OVER earlier AS before_at,
               lag(schema_hash) OVER earlier AS before_hash, lag(packed) OVER earlier AS before
        FROM pg_temp.ml_infra_features
        WINDOW earlier AS (PARTITION BY entity, event_time ORDER BY created_at)) o
      LEFT JOIN LATERAL (
        SELECT created_at, schema_hash, packed FROM ml.feature_store
        WHERE view = ? AND entity = o.entity AND event_time = o.event_time
          AND created_at <= o.created_at
        ORDER BY created_at DESC LIMIT 1) k ON true
      WHERE CASE WHEN before_at >= coalesce(k.created_at, '-infinity')
        THEN ROW (o.schema_hash, o.packed) IS DISTINCT FROM ROW (before_hash, before)
        ELSE ROW (o.schema_hash, o.packed) IS DISTINCT FROM ROW (k.schema_hash, k.packed) END
      ON CONFLICT (view, entity, event_time, created_at)
        DO UPDATE SET schema_hash = EXCLUDED.schema_hash, packed = EXCLUDED.packed
      """;

  private static final String AS_OF =
      """
      SELECT s.ordinal, s.entity, f.event_time, f.created_at, f.schema_hash, f.packed
      FROM pg_temp.ml_infra_spine s
      CROSS JOIN LATERAL (
        SELECT event_time, created_at, schema_hash, packed FROM ml.feature_store
        WHERE view = ? AND entity = s.entity AND event_time <= s.at AND created_at <= s.at
        ORDER BY event_time DESC, created_at DESC LIMIT 1) f
      """;

  private static final String LATEST =
      """
      SELECT DISTINCT ON (entity) entity, event_time, created_at, schema_hash, packed
      FROM ml.feature_store WHERE view = ?
      ORDER BY entity DESC, event_time DESC, created_at DESC
      """;

  private record Key(String entity, Instant eventTime, Instant knownAt) {}

  private final Database database;

  PgOfflineStore(Database database) {
    this.database = database;
  }

  @Override
  public int append(FeatureView view, List<PackedRow> rows) {
    Map<Key, PackedRow> lastOfEach = new LinkedHashMap<>();
    for (PackedRow row : rows) {
      lastOfEach.put(new Key(row.entity(), row.eventTime(), row.knownAt()), row);
    }
    return database.transact(
        "features of view " + view.name(),
        connection -> {
          keepDefinition(connection, view);
          stage(connection, lastOfEach.values());
          try (PreparedStatement statement = connection.prepareStatement(database.sql(APPEND))) {
            statement.setString(1, view.name());
            statement.setString(2, view.name());
            return statement.executeUpdate();
          }
        });
  }

  private void keepDefinition(Connection connection, FeatureView view) throws SQLException {
    String sql =
        database.sql(
            "INSERT INTO ml.feature_views (view, schema_hash, definition) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, view.name());
      statement.setLong(2, view.schemaHash());
      statement.setString(3, view.definition());
      statement.executeUpdate();
    }
  }

  private void stage(Connection connection, Collection<PackedRow> rows) throws SQLException {
    temporary(
        connection,
        "ml_infra_features (entity text COLLATE \"C\", event_time timestamptz,"
            + " created_at timestamptz, schema_hash bigint, packed bytea)");
    CopyWriter.copy(
        connection,
        "pg_temp.ml_infra_features",
        ROW_COLUMNS,
        CopyWriter.newBuffer(),
        writer -> {
          for (PackedRow row : rows) {
            writer
                .row(ROW_COLUMNS.size())
                .text(row.entity())
                .time(row.eventTime())
                .time(row.knownAt())
                .int8(row.schemaHash())
                .bytes(row.packed());
          }
        });
  }

  @Override
  public List<Optional<PackedRow>> asOf(FeatureView view, List<AsOf> spine) {
    List<Optional<PackedRow>> answers =
        new ArrayList<>(Collections.nCopies(spine.size(), Optional.empty()));
    if (spine.isEmpty()) {
      return answers;
    }
    return database.transact(
        "point-in-time join of view " + view.name(),
        connection -> {
          stageSpine(connection, spine);
          try (PreparedStatement statement = Cursors.prepare(connection, database.sql(AS_OF))) {
            statement.setString(1, view.name());
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                answers.set(rows.getInt(1), Optional.of(row(rows, 2)));
              }
            }
          }
          return answers;
        });
  }

  private void stageSpine(Connection connection, List<AsOf> spine) throws SQLException {
    temporary(
        connection, "ml_infra_spine (ordinal integer, entity text COLLATE \"C\", at timestamptz)");
    CopyWriter.copy(
        connection,
        "pg_temp.ml_infra_spine",
        SPINE_COLUMNS,
        CopyWriter.newBuffer(),
        writer -> {
          int ordinal = 0;
          for (AsOf question : spine) {
            writer
                .row(SPINE_COLUMNS.size())
                .integer(ordinal++)
                .text(question.entity())
                .time(question.at());
          }
        });
  }

  @Override
  public void latest(FeatureView view, Consumer<PackedRow> reader) {
    database.stream(
        "latest features of view " + view.name(),
        connection -> {
          try (PreparedStatement statement = Cursors.prepare(connection, database.sql(LATEST))) {
            statement.setString(1, view.name());
            long count = 0;
            try (ResultSet rows = statement.executeQuery()) {
              for (; rows.next(); count++) {
                reader.accept(row(rows, 1));
              }
            }
            return count;
          }
        });
  }

  /**
   * From the pool for decisions: who asks holds a connection of the other pool while it reads rows,
   * and several that wait for a second one would wait for each other.
   */
  @Override
  public Optional<String> definition(String view, long schemaHash) {
    return database.write(
        "definition of view " + view,
        connection -> {
          String sql =
              database.sql(
                  "SELECT definition FROM ml.feature_views WHERE view = ? AND schema_hash = ?");
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, view);
            statement.setLong(2, schemaHash);
            try (ResultSet rows = statement.executeQuery()) {
              return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
          }
        });
  }

  private void temporary(Connection connection, String definition) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE IF NOT EXISTS " + definition + database.onCommit());
    }
  }

  private static PackedRow row(ResultSet rows, int first) throws SQLException {
    return new PackedRow(
        rows.getString(first),
        Times.get(rows, first + 1),
        Times.get(rows, first + 2),
        rows.getLong(first + 3),
        rows.getBytes(first + 4));
  }
}
