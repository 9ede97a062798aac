package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A host that logs decisions and feedback and registers models without a pause, while an operator
 * beside it removes old models: the row first, then the object.
 */
final class BusyHost implements AutoCloseable {
  private static final int KEPT = 30;
  private static final int DECISIONS_AT_ONCE = 10;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final BackupServers servers;
  private final MlInfra ml;
  private final ConcurrentLinkedQueue<Artifact> registered = new ConcurrentLinkedQueue<>();
  private final Semaphore removable = new Semaphore(-KEPT);
  private final AtomicInteger removed = new AtomicInteger();
  private final Thread[] threads;
  private volatile boolean ended;
  private volatile @Nullable Throwable failure;

  BusyHost(BackupServers servers) {
    this.servers = servers;
    this.ml = MlInfra.connect(servers.config("busy").build()).ensureSchema().ensureBucket();
    this.threads =
        new Thread[] {
          new Thread(guarded(this::decide), "busy-decisions"),
          new Thread(guarded(this::register), "busy-models"),
          new Thread(guarded(this::remove), "busy-operator")
        };
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  int registeredModels() {
    return registered.size() + removed.get();
  }

  int removedModels() {
    return removed.get();
  }

  MlInfra ml() {
    return ml;
  }

  /** As fast as what was logged before is stored. */
  private void decide() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 1; !ended; i++) {
      Decision decision =
          Decision.by("busy")
              .model("bts", "1")
              .action("item-" + random.nextInt(80))
              .propensity(0.5)
              .features((float) random.nextDouble(), (float) random.nextDouble())
              .build();
      ml.decisions().log(decision);
      ml.decisions().feedback(decision.id(), 1.0);
      if (i % DECISIONS_AT_ONCE == 0) {
        assertThat(ml.decisions().flush(PATIENCE)).as("decisions are stored").isTrue();
      }
    }
  }

  private void register() {
    SplittableRandom random = new SplittableRandom(11);
    while (!ended) {
      byte[] bytes = new byte[1 + random.nextInt(50_000)];
      random.nextBytes(bytes);
      Artifact artifact = ml.artifacts().put(new ByteArrayInputStream(bytes));
      int version =
          ml.models()
              .register(NewModel.of("bts", artifact).metrics(Map.of("auc", random.nextDouble())))
              .version();
      if (version <= 3) {
        ml.models()
            .promote(
                NewPromotion.of("bts", version)
                    .alias("champion")
                    .by("anna")
                    .reason("number " + version));
      } else {
        registered.add(artifact);
        removable.release();
      }
    }
  }

  private void remove() throws InterruptedException {
    removable.acquire();
    for (; !ended; removable.acquire()) {
      Artifact oldest = registered.remove();
      servers.sql(
          "DELETE FROM ml_learning.model_metadata WHERE sha256 = '" + oldest.sha256() + "'");
      servers.mc(
          "rm ml/mlflow-artifacts/" + oldest.uri().substring("s3://mlflow-artifacts/".length()));
      removed.incrementAndGet();
    }
  }

  private Runnable guarded(Work work) {
    return () -> {
      try {
        work.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception | AssertionError e) {
        if (!ended) {
          failure = e;
        }
      }
    };
  }

  /** Ends the writing; what was accepted is stored. */
  @Override
  public void close() {
    ended = true;
    removable.release(KEPT + 1);
    try {
      for (Thread thread : threads) {
        thread.join(PATIENCE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ml.close();
    assertThat(failure).as("what the host met").isNull();
  }

  private interface Work {
    void run() throws InterruptedException;
  }
}
