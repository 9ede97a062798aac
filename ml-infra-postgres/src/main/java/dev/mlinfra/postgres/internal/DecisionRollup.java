package dev.mlinfra.postgres.internal;

import dev.mlinfra.postgres.internal.copy.Touched;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.postgres.internal.server.Times;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.RepeatingTask;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@code ml_decision_metrics} up to date: remembers the minutes that batches touched and
 * counts those again from the decisions, so that doing it twice changes nothing. A failure is
 * logged and tried again; decisions are never held up.
 */
final class DecisionRollup implements Touched, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionRollup.class);
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);
  private static final int MAX_MINUTES = 100_000;
  private static final int MAX_DECISIONS = 50_000;

  private final Database database;
  private final Object lock = new Object();
  private final Object running = new Object();
  private Set<Long> minutes = new HashSet<>();
  private Set<UUID> touched = new HashSet<>();
  private volatile boolean overflowed;
  private final RepeatingTask task =
      RepeatingTask.named("ml-infra-decision-rollup", this::turn).closeWait(CLOSE_WAIT).build();
  private boolean gathering;
  private long dueNanos;
  private volatile @Nullable String failure;
  private volatile @Nullable SourceHeartbeat note;

  DecisionRollup(Database database) {
    this.database = database;
  }

  /** From now on it is noted beside the metrics how many numbers were given. */
  void numbering(String source, LongSupplier numbered) {
    note = new SourceHeartbeat(database, source, numbered);
  }

  @Override
  public void decided(LongStream epochSeconds) {
    synchronized (lock) {
      epochSeconds.forEach(second -> remember(minutes, TouchedMinutes.of(second), MAX_MINUTES));
      wake();
    }
  }

  @Override
  public void answered(Stream<UUID> decisions) {
    synchronized (lock) {
      decisions.forEach(id -> remember(touched, id, MAX_DECISIONS));
      wake();
    }
  }

  /** One line on why the metrics lag behind the decisions, empty when they do not. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Counts what was touched so far; blocks. What fails is kept for the next time. */
  void run() {
    synchronized (running) {
      Set<Long> dueMinutes;
      Set<UUID> dueDecisions;
      synchronized (lock) {
        dueMinutes = minutes;
        dueDecisions = touched;
        minutes = new HashSet<>();
        touched = new HashSet<>();
      }
      try {
        recount(dueMinutes, dueDecisions);
        failure = null;
        overflowed = false;
      } catch (RuntimeException | Error e) {
        keep(dueMinutes, dueDecisions);
        if (failure == null) {
          LOG.warn("{}; ml_decision_metrics lags until it succeeds", Causes.oneLine(e));
        }
        failure = Causes.oneLine(e);
      }
      note(false);
    }
  }

  private void recount(Set<Long> dueMinutes, Set<UUID> dueDecisions) {
    Set<Long> all = new HashSet<>(dueMinutes);
    if (!dueDecisions.isEmpty()) {
      all.addAll(database.transact("decision metrics", c -> minutesOf(c, dueDecisions)));
    }
    for (TouchedMinutes.Span span : TouchedMinutes.spans(all)) {
      database.transact("decision metrics", connection -> recount(connection, span));
    }
  }

  private Set<Long> minutesOf(Connection connection, Set<UUID> decisions) throws SQLException {
    Set<Long> found = new HashSet<>();
    String sql =
        database.sql(
            "SELECT DISTINCT floor(extract(epoch FROM decided_at) / 60)::bigint"
                + " FROM ml.agent_decisions WHERE decision_id = ANY (?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("uuid", decisions.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getLong(1));
        }
      }
    }
    return found;
  }

  private boolean recount(Connection connection, TouchedMinutes.Span span) throws SQLException {
    String sql = database.sql("SELECT ml.count_decision_metrics(?, ?)");
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      Times.set(statement, 1, span.from());
      Times.set(statement, 2, span.to());
      return statement.execute();
    }
  }

  private <K> void remember(Set<K> into, K key, int most) {
    if (into.size() < most) {
      into.add(key);
    } else if (!into.contains(key) && !overflowed) {
      overflowed = true;
      LOG.warn(
          "more than {} touched minutes or decisions wait for ml_decision_metrics;"
              + " later ones are not counted again until they are touched once more",
          most);
    }
  }

  private void keep(Collection<Long> dueMinutes, Collection<UUID> dueDecisions) {
    synchronized (lock) {
      dueMinutes.forEach(minute -> remember(minutes, minute, MAX_MINUTES));
      dueDecisions.forEach(id -> remember(touched, id, MAX_DECISIONS));
    }
  }

  private void wake() {
    task.start();
    task.wake();
  }

  /** Waits for work, then for the period, so that many batches are counted at once. */
  private long turn() {
    long left = left(System.nanoTime());
    if (left > 0) {
      return left;
    }
    gathering = false;
    run();
    return 0;
  }

  private long left(long now) {
    synchronized (lock) {
      if (minutes.isEmpty() && touched.isEmpty()) {
        return RepeatingTask.UNTIL_WOKEN;
      }
      if (!gathering) {
        gathering = true;
        dueNanos = now + PERIOD.toNanos();
      }
      return nearlyFull() ? 0 : dueNanos - now;
    }
  }

  private boolean nearlyFull() {
    return failure == null
        && (minutes.size() > MAX_MINUTES / 2 || touched.size() > MAX_DECISIONS / 2);
  }

  /** Stops the thread and counts what is left, unless a server that hangs still holds it. */
  @Override
  public void close() {
    if (!task.end()) {
      return;
    }
    boolean work;
    synchronized (lock) {
      work = !minutes.isEmpty() || !touched.isEmpty();
    }
    if (work) {
      run();
    }
    note(true);
  }

  /** A server that just failed is not asked again. */
  private void note(boolean closed) {
    SourceHeartbeat ours = note;
    if (ours != null && failure == null) {
      ours.write(closed);
    }
  }
}
