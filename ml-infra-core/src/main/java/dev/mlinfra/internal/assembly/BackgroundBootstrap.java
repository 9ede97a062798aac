package dev.mlinfra.internal.assembly;

import static java.util.stream.Collectors.joining;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.runtime.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes schema, streams and bucket in the background, again and again until each succeeds; a step
 * that fails goes to the end of the queue, so that it does not hold up the others. What is still
 * missing shows in the health report.
 */
public final class BackgroundBootstrap implements HealthProbe, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackgroundBootstrap.class);

  private static final long HELD_PAUSE_MILLIS = 100;

  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));
  private final Object lock = new Object();
  private final Deque<Step> steps = new ArrayDeque<>();
  private final PauseSwitch pause;
  private final Thread thread;
  private String lastError = "";
  private boolean closed;

  /** Starts the thread; it does nothing while paused. */
  public BackgroundBootstrap(PauseSwitch pause) {
    this.pause = pause;
    thread = new Thread(this::run, "ml-infra-bootstrap");
    thread.setDaemon(true);
    thread.start();
  }

  /** Queues a step; returns at once. */
  public void later(String name, Runnable work) {
    synchronized (lock) {
      steps.add(new Step(name, work));
      lock.notifyAll();
    }
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
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    thread.interrupt();
  }

  @SuppressWarnings("CatchingUnchecked") // whatever fails is tried again
  private void run() {
    int failures = 0;
    try {
      for (Step step = next(); step != null; step = next()) {
        try {
          step.work().run();
          failures = 0;
          done();
        } catch (Throwable e) {
          failures++;
          failed(step, failures, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Step next() throws InterruptedException {
    synchronized (lock) {
      while (!closed && (steps.isEmpty() || pause.holds())) {
        lock.wait(steps.isEmpty() ? 0 : HELD_PAUSE_MILLIS);
      }
      return closed ? null : steps.getFirst();
    }
  }

  private void done() {
    synchronized (lock) {
      steps.removeFirst();
      lastError = "";
      lock.notifyAll();
    }
  }

  private void failed(Step step, int failures, Throwable e) throws InterruptedException {
    String message = e instanceof MlInfraException ? String.valueOf(e.getMessage()) : e.toString();
    if (Integer.bitCount(failures) == 1) {
      LOG.warn("{} failed and is tried again (attempt {}): {}", step.name(), failures, message);
    }
    long deadline = System.nanoTime() + backoff.pauseNanos(failures);
    synchronized (lock) {
      lastError = step.name() + ": " + message;
      steps.add(steps.removeFirst());
      for (long left = deadline - System.nanoTime();
          left > 0 && !closed;
          left = deadline - System.nanoTime()) {
        lock.wait(Math.max(1, left / 1_000_000));
      }
    }
  }

  private record Step(String name, Runnable work) {}
}
