package dev.mlinfra.internal.assembly;

import static java.util.stream.Collectors.joining;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.RepeatingTask;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Makes schema, streams and bucket in the background, again and again until each succeeds; a step
 * that fails goes to the end of the queue, so that it does not hold up the others. What is still
 * missing shows in the health report.
 */
public final class BackgroundBootstrap implements HealthProbe, AutoCloseable {
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));

  private final Object lock = new Object();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final RepeatingTask task;
  private String lastError = "";

  /** Starts the thread; it does nothing while paused. */
  public BackgroundBootstrap(PauseSwitch pause) {
    task =
        RepeatingTask.named("ml-infra-bootstrap", this::turn)
            .pausedWhile(pause::holds)
            .onFailure("tries again what failed", BACKOFF)
            .closeWait(Duration.ZERO)
            .build();
    task.start();
  }

  /** Queues a step; returns at once. */
  public void later(String name, Runnable work) {
    synchronized (lock) {
      steps.add(new Step(name, work));
    }
    task.wake();
  }

  @Override
  public String component() {
    return "bootstrap";
  }

  @Override
  public ComponentHealth check(Duration budget) {
    synchronized (lock) {
      return steps.isEmpty()
          ? new ComponentHealth(component(), Status.UP, "nothing is missing", Duration.ZERO)
          : new ComponentHealth(
              component(),
              Status.DEGRADED,
              steps.stream().map(Step::name).collect(joining(", ")) + " not done yet; " + lastError,
              Duration.ZERO);
    }
  }

  @Override
  public List<InventoryItem> inventory() {
    return List.of();
  }

  @Override
  public void close() {
    task.close();
  }

  @SuppressWarnings("CatchingUnchecked") // whatever fails is tried again
  private long turn() {
    Step step;
    synchronized (lock) {
      if (steps.isEmpty()) {
        return RepeatingTask.UNTIL_WOKEN;
      }
      step = steps.getFirst();
    }
    try {
      step.work().run();
    } catch (Throwable e) {
      failed(step, e);
      throw e;
    }
    synchronized (lock) {
      steps.removeFirst();
      lastError = "";
    }
    return 0;
  }

  private void failed(Step step, Throwable e) {
    synchronized (lock) {
      lastError = step.name() + ": " + Causes.oneLine(e);
      steps.add(steps.removeFirst());
    }
  }

  private record Step(String name, Runnable work) {}
}
