package dev.mlinfra.storage.internal.directory;

import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.storage.internal.content.Usage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Looks whether the directory is there and can be written. */
public final class DirectoryHealthProbe implements HealthProbe {
  private static final String COMPONENT = "artifactdirectory";

  private final DirectoryStore store;

  /**
   * Makes one.
   *
   * @param store what to look at
   */
  public DirectoryHealthProbe(DirectoryStore store) {
    this.store = store;
  }

  @Override
  public String component() {
    return COMPONENT;
  }

  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    Path root = store.root();
    if (Files.notExists(root)) {
      return health(Status.DEGRADED, root + " does not exist yet; call ensureBucket()", start);
    }
    return Files.isDirectory(root) && Files.isWritable(root)
        ? health(Status.UP, root + " is writable, quota by accounting", start)
        : health(
            Status.DOWN,
            root + " was not a writable directory but must be; check it and its owner",
            start);
  }

  private static ComponentHealth health(Status status, String detail, long start) {
    Duration latency = Duration.ofNanos(System.nanoTime() - start);
    return new ComponentHealth(COMPONENT, status, detail, latency);
  }

  @Override
  public List<InventoryItem> inventory() {
    Usage usage = store.usage();
    return List.of(
        new InventoryItem(COMPONENT, "artifacts", usage.objects(), "objects"),
        new InventoryItem(COMPONENT, "stored", usage.bytes(), "bytes"));
  }
}
