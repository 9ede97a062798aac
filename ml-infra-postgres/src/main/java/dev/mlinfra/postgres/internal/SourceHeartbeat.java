package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.server.Database;
import java.sql.PreparedStatement;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What {@code decision_sources} says of this process: how many numbers it has given to decisions,
 * so that a gap at its end shows. A failure is logged once and changes nothing else.
 */
final class SourceHeartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(SourceHeartbeat.class);

  private static final String SQL =
      """
      INSERT INTO ml.decision_sources (source, numbered, closed) VALUES (?, ?, ?)
      ON CONFLICT (source) DO UPDATE
        SET numbered = EXCLUDED.numbered, closed = EXCLUDED.closed, seen_at = now()
      """;

  private final Database database;
  private final String source;
  private final LongSupplier numbered;
  private boolean failed;

  SourceHeartbeat(Database database, String source, LongSupplier numbered) {
    this.database = database;
    this.source = source;
    this.numbered = numbered;
  }

  /** Blocks; one thread at a time. */
  void write(boolean closed) {
    long count = numbered.getAsLong();
    try {
      database.transact(
          "note of the process",
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(database.sql(SQL))) {
              statement.setString(1, source);
              statement.setLong(2, count);
              statement.setBoolean(3, closed);
              return statement.executeUpdate();
            }
          });
      failed = false;
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.warn("{}; decisions lost at the end of this process will not show", e.getMessage());
      }
      failed = true;
    }
  }
}
