package dev.mlinfra.postgres.internal;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.postgres.internal.schema.Capabilities;
import dev.mlinfra.postgres.internal.server.Database;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.runtime.Daemons;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server how it is, on a thread of its own so that a hanging one costs the budget only.
 */
final class PgHealthProbe implements HealthProbe, AutoCloseable {
  private static final String COMPONENT = "postgres";
  private static final List<String> TABLES =
      List.of(
          "agent_decisions",
          "agent_feedback",
          "agent_activations",
          "feature_store",
          "feature_views",
          "learned_patterns",
          "observed_events",
          "model_metadata",
          "model_promotions",
          "forget_receipts",
          "ml_decision_metrics",
          "ml_model_metrics",
          "dead_letters");

  private final Database database;
  private final String schema;
  private final DecisionRollup rollup;
  private final ThreadPoolExecutor thread =
      Daemons.pool(Daemons.named("ml-infra-postgres-probe"), 1, new LinkedBlockingQueue<>(1));
  private final Object lock = new Object();
  private @Nullable Future<Capabilities> asked;

  PgHealthProbe(Database database, String schema, DecisionRollup rollup) {
    this.database = database;
    this.schema = schema;
    this.rollup = rollup;
  }

  @Override
  public String component() {
    return COMPONENT;
  }

  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    try {
      return healthy(ask().get(budget.toNanos(), TimeUnit.NANOSECONDS), start);
    } catch (TimeoutException e) {
      return health(Status.DOWN, noAnswer("in " + budget.toMillis() + " ms"), start);
    } catch (RejectedExecutionException e) {
      return health(Status.DOWN, "postgres was closed; connect again", start);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      return health(Status.DOWN, String.valueOf(cause.getMessage()), start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return health(Status.DOWN, "the check was interrupted; check again", start);
    }
  }

  /** Checks at the same time share one question, so that none waits behind another. */
  private Future<Capabilities> ask() {
    synchronized (lock) {
      if (asked == null || asked.isDone()) {
        asked = thread.submit(this::capabilities);
      }
      return asked;
    }
  }

  private Capabilities capabilities() {
    return database.transact("health", connection -> Capabilities.read(connection, schema));
  }

  private ComponentHealth healthy(Capabilities capabilities, long start) {
    String detail = capabilities.describe();
    if (capabilities.schemaVersion() == 0) {
      return health(Status.DEGRADED, detail + " '" + schema + "'; call ensureSchema()", start);
    }
    Optional<String> lag = rollup.failure();
    return lag.isPresent()
        ? health(Status.DEGRADED, detail + "; ml_decision_metrics lags: " + lag.get(), start)
        : health(Status.UP, detail, start);
  }

  private String noAnswer(String when) {
    return "postgres '%s' gave no answer %s; check that the server runs"
        .formatted(database.server(), when);
  }

  private static ComponentHealth health(Status status, String detail, long start) {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return new ComponentHealth(COMPONENT, status, detail, took);
  }

  @Override
  public List<InventoryItem> inventory() {
    return database.transact(
        "inventory",
        connection -> {
          List<InventoryItem> items = new ArrayList<>();
          for (String table : TABLES) {
            items.add(new InventoryItem(COMPONENT, table, count(connection, table), "rows"));
          }
          return items;
        });
  }

  private long count(Connection connection, String table) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT count(*) FROM " + database.schema() + "." + table)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
