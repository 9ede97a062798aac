package dev.mlinfra.internal.model;

import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** Brings to the mirror what the store has and the mirror lacks, until there is nothing left. */
final class MirrorReconciler implements AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30));
  private static final int BATCH = 50;

  private final ModelStore store;
  private final ModelMirror mirror;
  private final Telemetry telemetry;
  private final Object lock = new Object();
  private final RepeatingTask task;
  private long wanted = 1;
  private long done;
  private volatile int backlog;

  MirrorReconciler(ModelStore store, ModelMirror mirror, PauseSwitch pause, Telemetry telemetry) {
    this.store = store;
    this.mirror = mirror;
    this.telemetry = telemetry;
    telemetry.observe(Instrument.MODELS_MIRROR_BACKLOG, () -> backlog);
    this.task =
        RepeatingTask.named("ml-infra-model-mirror", this::turn)
            .pausedWhile(pause::holds)
            .onFailure("is behind", BACKOFF)
            .closeWait(CLOSE_WAIT)
            .build();
    task.start();
  }

  void wake() {
    long ignored = want();
  }

  boolean await(Duration timeout) {
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    long target = want();
    synchronized (lock) {
      while (done < target) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          lock.wait(Math.max(1, left / 1_000_000));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return true;
    }
  }

  @Override
  public void close() {
    task.close();
  }

  private long want() {
    synchronized (lock) {
      wanted++;
      task.wake();
      return wanted;
    }
  }

  private long turn() {
    long target;
    synchronized (lock) {
      target = wanted;
    }
    try {
      catchUp();
    } catch (RuntimeException | Error e) {
      telemetry.count(Instrument.MODELS_MIRROR_FAILURES, 1);
      throw e;
    }
    synchronized (lock) {
      done = target;
      lock.notifyAll();
    }
    return IDLE.toNanos();
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
    while (!task.closing()) {
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
}
