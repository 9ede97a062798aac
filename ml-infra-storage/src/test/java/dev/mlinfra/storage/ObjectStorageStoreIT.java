package dev.mlinfra.storage;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.testing.RecordingWiring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class ObjectStorageStoreIT extends StorageContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  @TempDir static Path objects;
  static S3Server server;

  private final String bucket = "contract-" + BUCKETS.incrementAndGet();
  private final List<RecordingWiring> opened = new ArrayList<>();
  private final RecordingWiring wired = open(module().bucket(bucket));

  @BeforeAll
  static void startServer() {
    server = S3Server.in(objects);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeClients() throws Exception {
    for (RecordingWiring each : opened) {
      each.close();
    }
  }

  ObjectStorage module() {
    return server.module();
  }

  @Override
  protected RecordingWiring opened() {
    return wired;
  }

  @Override
  protected ArtifactStore storeWithQuota(long bytes) {
    return open(module().bucket(bucket).quotaBytes(bytes)).part(ArtifactStore.class);
  }

  @Override
  protected void overwrite(Artifact artifact, byte[] bytes) throws Exception {
    server.overwrite(bucket, Artifact.keyOf(artifact.sha256()), bytes);
  }

  @Override
  protected void remove(Artifact artifact) throws Exception {
    server.remove(bucket, Artifact.keyOf(artifact.sha256()));
  }

  @Override
  protected long objects() throws Exception {
    return server.objects(bucket);
  }

  private RecordingWiring open(ObjectStorage module) {
    RecordingWiring open = RecordingWiring.opened(module);
    opened.add(open);
    return open;
  }
}
