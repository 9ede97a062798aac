package dev.mlinfra.postgres.internal;

import dev.mlinfra.pattern.PatternObservation;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.FlatJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;

/** Adds events to patterns, each event once for its pattern. */
final class PatternCounts {
  /** An event and the pattern that it counts for. */
  private record Mark(UUID eventId, String kind, String key) {}

  private record Name(String kind, String key) implements Comparable<Name> {
    private static final Comparator<Name> ORDER =
        Comparator.comparing(Name::kind).thenComparing(Name::key);

    @Override
    public int compareTo(Name other) {
      return ORDER.compare(this, other);
    }
  }

  /** What is to be added to one pattern. */
  private static final class Sum {
    private final Map<String, Double> amounts = new TreeMap<>();
    private long events;

    void add(Map<String, Double> increments) {
      increments.forEach((name, amount) -> amounts.merge(name, amount, Double::sum));
      events++;
    }
  }

  private final Database database;

  PatternCounts(Database database) {
    this.database = database;
  }

  int add(List<PatternObservation> observations) {
    Map<Mark, PatternObservation> offered = new HashMap<>();
    for (PatternObservation seen : observations) {
      offered.putIfAbsent(new Mark(seen.eventId(), seen.kind(), seen.key()), seen);
    }
    return database.transact(
        "observations",
        connection -> {
          Map<Name, Sum> sums = new TreeMap<>();
          int fresh = 0;
          for (Mark mark : remember(connection, offered.keySet())) {
            PatternObservation seen = offered.get(mark);
            if (seen != null) {
              sums.computeIfAbsent(new Name(mark.kind(), mark.key()), n -> new Sum())
                  .add(seen.increments());
              fresh++;
            }
          }
          addUp(connection, sums);
          return fresh;
        });
  }

  /** Returns those that were not there before; ordered, so that two writers never deadlock. */
  private List<Mark> remember(Connection connection, Collection<Mark> marks) throws SQLException {
    String sql =
        database.sql(
            """
            INSERT INTO ml.observed_events (event_id, kind, pattern_key)
            SELECT * FROM unnest(?::uuid[], ?::text[], ?::text[]) AS o (event_id, kind, pattern_key)
            ORDER BY event_id, kind COLLATE "C", pattern_key COLLATE "C"
            ON CONFLICT DO NOTHING RETURNING event_id, kind, pattern_key
            """);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("uuid", column(marks, Mark::eventId)));
      statement.setArray(2, connection.createArrayOf("text", column(marks, Mark::kind)));
      statement.setArray(3, connection.createArrayOf("text", column(marks, Mark::key)));
      List<Mark> fresh = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          fresh.add(new Mark(rows.getObject(1, UUID.class), rows.getString(2), rows.getString(3)));
        }
      }
      return fresh;
    }
  }

  private static Object[] column(Collection<Mark> marks, Function<Mark, Object> field) {
    return marks.stream().map(field).toArray();
  }

  private void addUp(Connection connection, Map<Name, Sum> sums) throws SQLException {
    String sql =
        database.sql(
            """
            INSERT INTO ml.learned_patterns AS p (kind, pattern_key, payload, support)
            VALUES (?, ?, ?::jsonb, ?)
            ON CONFLICT (kind, pattern_key) DO UPDATE SET
              payload = ml.add_sums(p.payload, EXCLUDED.payload),
              support = p.support + EXCLUDED.support, updated_at = now()
            """);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Map.Entry<Name, Sum> entry : sums.entrySet()) {
        statement.setString(1, entry.getKey().kind());
        statement.setString(2, entry.getKey().key());
        statement.setString(3, FlatJson.write(entry.getValue().amounts));
        statement.setLong(4, entry.getValue().events);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}
