package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.storage.internal.content.Usage;
import io.minio.HeadBucketArgs;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks whether the bucket can be reached with these credentials. */
public final class S3HealthProbe implements HealthProbe {
  private static final String COMPONENT = "objectstorage";

  private final S3Store store;

  /**
   * Makes one.
   *
   * @param store whose bucket to look at
   */
  public S3HealthProbe(S3Store store) {
    this.store = store;
  }

  @Override
  public String component() {
    return COMPONENT;
  }

  /** A bucket that is not there yet is no outage: {@code ensureBucket()} makes it. */
  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    S3Target target = store.bucket().target();
    Future<?> head =
        store.bucket().calls().headBucket(HeadBucketArgs.builder().bucket(target.bucket()).build());
    try {
      head.get(budget.toNanos(), TimeUnit.NANOSECONDS);
      return health(Status.UP, target.label(), start);
    } catch (TimeoutException e) {
      String problem =
          target.label() + " gave no answer within " + budget + " but must; check the server";
      return health(Status.DOWN, problem, start);
    } catch (ExecutionException e) {
      MlInfraException translated = S3Errors.translate(target, "a HEAD of the bucket", e);
      return health(
          S3Errors.isNoBucket(e) ? Status.DEGRADED : Status.DOWN,
          String.valueOf(translated.getMessage()),
          start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      String problem = target.label() + " was not asked since the check was interrupted";
      return health(Status.DOWN, problem + "; check again", start);
    }
  }

  @Override
  public List<InventoryItem> inventory() {
    Usage usage = store.usage();
    return List.of(
        new InventoryItem(COMPONENT, "artifacts", usage.objects(), "objects"),
        new InventoryItem(COMPONENT, "stored", usage.bytes(), "bytes"));
  }

  private static ComponentHealth health(Status status, String detail, long start) {
    Duration latency = Duration.ofNanos(System.nanoTime() - start);
    return new ComponentHealth(COMPONENT, status, detail, latency);
  }
}
