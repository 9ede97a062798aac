package dev.mlinfra.internal.model;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings to the mirror what the store has and the mirror lacks, until there is nothing left. */
final class MirrorReconciler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorReconciler.class);
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final long HELD_PAUSE_NANOS = 100_000_000;
  private static final int BATCH = 50;

  private final ModelStore store;
  private final ModelMirror mirror;
  private final Telemetry telemetry;
  private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private final PauseSwitch pause;
  private final Object lock = new Object();
  private final Thread thread;
  private long wanted = 1;
  private long done;
  private volatile int backlog;
  private volatile boolean closed;

  MirrorReconciler(ModelStore store, ModelMirror mirror, PauseSwitch pause, Telemetry telemetry) {
    this.store = store;
    this.mirror = mirror;
    this.pause = pause;
    this.telemetry = telemetry;
    telemetry.observe(Instrument.MODELS_MIRROR_BACKLOG, () -> backlog);
    thread = new Thread(this::run, "ml-infra-model-mirror");
    thread.setDaemon(true);
    thread.start();
  }

  void wake() {
    synchronized (lock) {
      wanted++;
      lock.notifyAll();
    }
  }

  boolean await(Duration timeout) {
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    synchronized (lock) {
      long target = ++wanted;
      lock.notifyAll();
      while (done < target) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || !waitNanos(left)) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public void close() {
    closed = true;
    synchronized (lock) {
      lock.notifyAll();
    }
    Timeouts.join(thread, CLOSE_WAIT);
    if (thread.isAlive()) {
      thread.interrupt();
    }
  }

  @SuppressWarnings("CatchingUnchecked") // a faulty plug-in must not end the reconciler
  private void run() {
    int failures = 0;
    while (!closed) {
      if (pause.holds()) {
        pause(HELD_PAUSE_NANOS);
        continue;
      }
      long target;
      synchronized (lock) {
        target = wanted;
      }
      try {
        catchUp();
        failures = 0;
        rest(target);
      } catch (Throwable e) {
        failures++;
        telemetry.count(Instrument.MODELS_MIRROR_FAILURES, 1);
        if (Integer.bitCount(failures) == 1) {
          LOG.warn("the model mirror is behind (attempt {}): {}", failures, describe(e));
        }
        pause(backoff.pauseNanos(failures));
      }
    }
  }

  /** What the mirror refuses for good is passed over, so that it does not hold up the rest. */
  private void catchUp() {
    Refusals refusals = new Refusals();
    bring(refusals, store::unmirrored, version -> store.mirrored(version, mirror.mirror(version)));
    bring(refusals, store::unmirroredPromotions, this::mirrorPromotion);
    refusals.throwFirst();
    backlog = 0;
  }

  private <T> void bring(Refusals refusals, IntFunction<List<T>> missing, Consumer<T> toMirror) {
    while (!closed) {
      List<T> next = refusals.without(missing.apply(BATCH + refusals.size()));
      backlog = next.size() + refusals.size();
      if (next.isEmpty()) {
        return;
      }
      next.forEach(item -> refusals.pass(item, toMirror));
    }
  }

  private void mirrorPromotion(Promotion promotion) {
    Optional<ModelVersion.Mirrored> where =
        store.versions(promotion.name()).stream()
            .filter(version -> version.version() == promotion.version())
            .findFirst()
            .flatMap(ModelVersion::mirror);
    where.ifPresent(mirrored -> mirror.mirror(promotion, mirrored));
    store.mirrored(promotion);
  }

  private void rest(long target) {
    synchronized (lock) {
      done = target;
      lock.notifyAll();
      if (wanted == target && !closed) {
        waitNanos(IDLE.toNanos());
      }
    }
  }

  private void pause(long nanos) {
    long deadline = System.nanoTime() + nanos;
    synchronized (lock) {
      for (long left = nanos; left > 0 && !closed; left = deadline - System.nanoTime()) {
        waitNanos(left);
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // every caller loops
  private boolean waitNanos(long nanos) {
    try {
      lock.wait(Math.max(1, nanos / 1_000_000));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String describe(Throwable e) {
    return e instanceof MlInfraException ? String.valueOf(e.getMessage()) : e.toString();
  }
}
