package dev.mlinfra.internal.health;

import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.HealthReport;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.Daemons;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs the probes side by side, each within the budget, on threads that end when idle. */
public final class HealthChecks implements AutoCloseable {
  private static final int MAX_THREADS = 16;
  private static final int MAX_WAITING = 1_000;
  private static final Duration REFRESH = Duration.ofSeconds(15);
  private static final Duration REFRESH_BUDGET = Duration.ofSeconds(5);

  private final List<HealthProbe> probes;
  private final Map<String, Double> lastState = new ConcurrentHashMap<>();
  private final ThreadPoolExecutor threads =
      Daemons.pool(
          Daemons.named("ml-infra-health"), MAX_THREADS, new LinkedBlockingQueue<>(MAX_WAITING));
  private final RepeatingTask refresher =
      RepeatingTask.named("ml-infra-health", this::refresh).closeWait(Duration.ZERO).build();

  /** Registers the gauges and, when something measures, refreshes them every 15 seconds. */
  public HealthChecks(List<HealthProbe> probes, Telemetry telemetry) {
    this.probes = List.copyOf(probes);
    for (HealthProbe probe : probes) {
      telemetry.observe(
          Instrument.COMPONENT_UP,
          () -> lastState.getOrDefault(probe.component(), Double.NaN),
          probe.component());
    }
    if (telemetry != Telemetry.none()) {
      refresher.start();
    }
  }

  /** Asks every component; what does not answer within the budget is down. */
  public HealthReport check(Duration longest) {
    Duration budget = Timeouts.bounded(longest);
    List<Future<ComponentHealth>> asked = new ArrayList<>();
    for (HealthProbe probe : probes) {
      asked.add(submit(() -> probe.check(budget)));
    }
    long deadline = System.nanoTime() + budget.toNanos();
    List<ComponentHealth> answers = new ArrayList<>();
    for (int i = 0; i < probes.size(); i++) {
      String component = probes.get(i).component();
      ComponentHealth health = answer(component, asked.get(i), deadline, budget);
      lastState.put(component, state(health.status()));
      answers.add(health);
    }
    return new HealthReport(answers);
  }

  /** Counts what every component holds. */
  public List<InventoryItem> inventory() {
    List<InventoryItem> items = new ArrayList<>();
    probes.forEach(probe -> items.addAll(probe.inventory()));
    return items;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    refresher.close();
  }

  private long refresh() {
    var ignored = check(REFRESH_BUDGET);
    return REFRESH.toNanos();
  }

  private Future<ComponentHealth> submit(Callable<ComponentHealth> call) {
    try {
      return threads.submit(call);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(
          threads.isShutdown()
              ? new ClosedException(
                  "health was called after close but needs an open MlInfra; connect again")
              : new UnavailableException(
                  "health was not asked since "
                      + MAX_WAITING
                      + " checks wait but must be asked at once; ask less often"));
    }
  }

  private static ComponentHealth answer(
      String component, Future<ComponentHealth> asked, long deadline, Duration budget) {
    try {
      return asked.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      return down(
          component, "no answer within " + budget.toMillis() + " ms; check the server", budget);
    } catch (ExecutionException e) {
      return down(component, Causes.oneLine(e.getCause() == null ? e : e.getCause()), budget);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return down(component, "the check was interrupted; call again", budget);
    }
  }

  private static ComponentHealth down(String component, String detail, Duration budget) {
    return new ComponentHealth(component, Status.DOWN, detail, budget);
  }

  private static double state(Status status) {
    return switch (status) {
      case UP -> 1;
      case DEGRADED -> 0.5;
      case DOWN -> 0;
    };
  }
}
