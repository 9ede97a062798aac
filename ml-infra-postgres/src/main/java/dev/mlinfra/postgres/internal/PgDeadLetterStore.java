package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;

/** Dead letters in {@code dead_letters}. */
final class PgDeadLetterStore implements DeadLetterStore {
  private final Database database;

  PgDeadLetterStore(Database database) {
    this.database = database;
  }

  @Override
  public void park(DeadLetter letter) {
    String sql =
        "INSERT INTO ml.dead_letters"
            + " (origin, subject_id, payload, cause, attempts, subject_digest)"
            + " VALUES (?, ?, ?, ?, ?, ml.subject_digest(?)) ON CONFLICT (origin, subject_id) DO NOTHING";
    database.transact(
        "dead letter of " + letter.origin(),
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            statement.setString(1, storable(letter.origin()));
            statement.setString(2, storable(letter.subjectId()));
            statement.setString(3, storable(letter.payload()));
            statement.setString(4, storable(letter.cause()));
            statement.setInt(5, letter.attempts());
            statement.setString(6, letter.subject().map(PgDeadLetterStore::storable).orElse(null));
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public List<DeadLetter> list(String origin, int limit) {
    String sql =
        "SELECT origin, subject_id, payload, cause, attempts FROM ml.dead_letters"
            + " WHERE origin = ? ORDER BY parked_at DESC, subject_id LIMIT ?";
    return database.transact(
        "dead letters of " + origin,
        connection -> {
          try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
            statement.setString(1, storable(origin));
            statement.setInt(2, limit);
            List<DeadLetter> letters = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                letters.add(
                    new DeadLetter(
                        rows.getString(1),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getInt(5)));
              }
            }
            return letters;
          }
        });
  }

  /** Writes a NUL and half of a surrogate pair as escapes, which PostgreSQL would refuse. */
  static String storable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (point == 0
                  || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE)) {
                out.append("\\u%04x".formatted(point));
              } else {
                out.appendCodePoint(point);
              }
            });
    return out.toString();
  }
}
