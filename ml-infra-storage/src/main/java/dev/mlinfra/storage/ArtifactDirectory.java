package dev.mlinfra.storage;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.storage.internal.directory.DirectoryHealthProbe;
import dev.mlinfra.storage.internal.directory.DirectoryStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Keeps artifacts in a plain directory: the store for one machine, for tests and for the embedded
 * stack. Several processes may share it. Immutable and thread-safe; each option returns a changed
 * copy.
 *
 * <p>An artifact appears whole or not at all and survives a crash once {@code put} returned. Files
 * are named by their SHA-256, {@code sha256/<2 digits>/<64 digits>}, are readable by their owner
 * only, and are verified on every read. Links below the directory are not followed.
 *
 * @since 0.1
 */
public final class ArtifactDirectory implements InfraModule {
  /** Most bytes stored when nothing else is asked for: {@value}, 10 GB. */
  public static final long DEFAULT_QUOTA_BYTES = 10_000_000_000L;

  private static final String NAME = "artifactdirectory";

  private final Path root;
  private final long quotaBytes;

  private ArtifactDirectory(Path root, long quotaBytes) {
    this.root = root;
    this.quotaBytes = quotaBytes;
  }

  /**
   * Starts with a directory and the default quota. Does no I/O.
   *
   * @param root made by {@code ensureBucket()} or the first {@code put}
   * @return the module
   * @since 0.1
   */
  public static ArtifactDirectory at(Path root) {
    return new ArtifactDirectory(Objects.requireNonNull(root, "root"), DEFAULT_QUOTA_BYTES);
  }

  /**
   * Sets how much may be stored. It is kept by counting files at most once a minute: processes that
   * share the directory may exceed it together by what they store within a minute.
   *
   * @param bytes at least 1
   * @return a changed copy
   * @since 0.1
   */
  public ArtifactDirectory quotaBytes(long bytes) {
    return new ArtifactDirectory(root, bytes);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<String> faults() {
    return new Faults().range(NAME + ".quotaBytes", quotaBytes, 1, Long.MAX_VALUE).lines();
  }

  @Override
  public void open(Wiring wiring) {
    DirectoryStore store = new DirectoryStore(root, quotaBytes, wiring.clock());
    wiring.provide(ArtifactStore.class, store);
    wiring.provide(BucketAdmin.class, store);
    wiring.probe(new DirectoryHealthProbe(store));
  }

  @Override
  public String toString() {
    return "ArtifactDirectory[" + root + ", quotaBytes=" + quotaBytes + "]";
  }
}
