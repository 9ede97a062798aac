package dev.mlinfra.postgres.internal;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.FlatJson;
import dev.mlinfra.postgres.internal.server.Floats;
import dev.mlinfra.spi.check.Faults;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Patterns in {@code learned_patterns}, compared by pgvector where it is and exactly elsewhere. */
final class PgPatternStore implements PatternStore {
  private static final int MAX_LIST = 100_000;
  private static final int MAX_SIMILAR = 1_000;
  private static final String COLUMNS =
      "kind, pattern_key, payload, support, confidence, embedding::real[]";

  private final Database database;
  private final int dimensions;
  private final VectorSearch search;
  private final PatternCounts counts;

  PgPatternStore(Database database, int dimensions) {
    this.database = database;
    this.dimensions = dimensions;
    this.search = new VectorSearch(database);
    this.counts = new PatternCounts(database);
  }

  @Override
  public void put(List<LearnedPattern> patterns) {
    patterns.forEach(pattern -> requireLength(pattern.embedding(), true));
    List<LearnedPattern> ordered = new ArrayList<>(patterns);
    // One order for all writers, so that two of them never wait for each other.
    ordered.sort(Comparator.comparing(LearnedPattern::kind).thenComparing(LearnedPattern::key));
    database.transact("patterns", connection -> upsert(connection, ordered));
  }

  private int upsert(Connection connection, List<LearnedPattern> patterns) throws SQLException {
    String sql =
        database.sql(
            """
            INSERT INTO ml.learned_patterns
              (kind, pattern_key, payload, support, confidence, embedding)
            VALUES (?, ?, ?::jsonb, ?, ?, %s)
            ON CONFLICT (kind, pattern_key) DO UPDATE SET
              payload = EXCLUDED.payload, support = EXCLUDED.support,
              confidence = EXCLUDED.confidence, embedding = EXCLUDED.embedding, updated_at = now()
            """
                .formatted(search.parameter(connection)));
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (LearnedPattern pattern : patterns) {
        statement.setString(1, pattern.kind());
        statement.setString(2, pattern.key());
        statement.setString(3, FlatJson.write(pattern.counters()));
        statement.setLong(4, pattern.support());
        statement.setDouble(5, pattern.confidence());
        statement.setArray(6, Floats.array(connection, pattern.embedding()));
        statement.addBatch();
      }
      return statement.executeBatch().length;
    }
  }

  @Override
  public int accumulate(List<PatternObservation> observations) {
    return observations.isEmpty() ? 0 : counts.add(observations);
  }

  @Override
  public Optional<LearnedPattern> find(String kind, String key) {
    String sql =
        "SELECT " + COLUMNS + " FROM ml.learned_patterns WHERE kind = ? AND pattern_key = ?";
    return select(sql, kind, key, 1).stream().findFirst();
  }

  @Override
  public List<LearnedPattern> list(String kind, int limit) {
    new Faults().range("patterns.limit", limit, 1, MAX_LIST).refuseIfAny();
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM ml.learned_patterns WHERE kind = ? AND (?::text IS NULL)"
            + " ORDER BY support DESC, pattern_key";
    return select(sql, kind, null, limit);
  }

  private List<LearnedPattern> select(String sql, String kind, @Nullable String key, int limit) {
    return database.transact(
        "patterns of kind " + kind,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            statement.setMaxRows(limit);
            statement.setString(1, kind);
            statement.setString(2, key);
            List<LearnedPattern> patterns = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                patterns.add(pattern(rows));
              }
            }
            return patterns;
          }
        });
  }

  @Override
  public List<SimilarPattern> similar(String kind, float[] embedding, int limit) {
    new Faults().range("patterns.limit", limit, 1, MAX_SIMILAR).refuseIfAny();
    requireLength(embedding, false);
    return database.transact(
        "similar patterns of kind " + kind,
        connection -> {
          String sql = search.nearest(connection, COLUMNS, limit);
          try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, Floats.array(connection, embedding));
            statement.setString(2, kind);
            statement.setInt(3, limit);
            List<SimilarPattern> found = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                found.add(new SimilarPattern(pattern(rows), 1 - rows.getDouble(7)));
              }
            }
            return found;
          }
        });
  }

  private void requireLength(float[] embedding, boolean mayBeAbsent) {
    if (mayBeAbsent && embedding.length == 0) {
      return;
    }
    if (embedding.length != dimensions) {
      throw new InvalidInputException(
          Faults.line(
              "pattern.embedding length",
              embedding.length,
              "must be " + dimensions + ", as the schema was made",
              "pass a vector of that length"));
    }
    for (float value : embedding) {
      if (value != 0) {
        return;
      }
    }
    throw new InvalidInputException(
        "pattern.embedding was all zeros but must have a direction; leave it out instead");
  }

  private static LearnedPattern pattern(ResultSet rows) throws SQLException {
    return new LearnedPattern(
        rows.getString(1),
        rows.getString(2),
        FlatJson.numbers(rows.getString(3)),
        rows.getLong(4),
        rows.getDouble(5),
        Floats.get(rows, 6));
  }
}
