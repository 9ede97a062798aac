package dev.mlinfra.containers;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.ObjectStorage;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.ArtifactStoreContract;
import io.minio.ListObjectsArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveBucketArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.messages.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

/** What an artifact store promises, on a server in a container; each test has its own bucket. */
abstract class ObjectStorageContract extends ArtifactStoreContract {
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  private final String bucket = "contract-" + BUCKETS.incrementAndGet();
  private final List<RecordingWiring> opened = new ArrayList<>();
  private final String url;
  private final Secret accessKey;
  private final Secret secretKey;
  private final MinioClient client;
  private final RecordingWiring wired;

  ObjectStorageContract(String url, Secret accessKey, Secret secretKey) {
    this.url = url;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.client =
        MinioClient.builder()
            .endpoint(url)
            .credentials(accessKey.reveal(), secretKey.reveal())
            .build();
    this.wired = open(module());
  }

  @AfterEach
  void removeBucket() throws Exception {
    opened.forEach(RecordingWiring::close);
    for (String key : keys()) { // SeaweedFS keeps room for every bucket, and has some for a dozen
      client.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
    }
    client.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
    client.close();
  }

  @Override
  protected RecordingWiring opened() {
    return wired;
  }

  @Override
  protected ArtifactStore storeWithQuota(long bytes) {
    return open(module().quotaBytes(bytes)).part(ArtifactStore.class);
  }

  @Override
  protected void overwrite(Artifact artifact, byte[] bytes) throws Exception {
    client.putObject(
        PutObjectArgs.builder()
            .bucket(bucket)
            .object(Artifact.keyOf(artifact.sha256()))
            .data(bytes, bytes.length)
            .build());
  }

  @Override
  protected void remove(Artifact artifact) throws Exception {
    client.removeObject(
        RemoveObjectArgs.builder()
            .bucket(bucket)
            .object(Artifact.keyOf(artifact.sha256()))
            .build());
  }

  @Override
  protected long objects() throws Exception {
    return keys().size();
  }

  private List<String> keys() throws Exception {
    List<String> keys = new ArrayList<>();
    for (Result<Item> item :
        client.listObjects(ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
      keys.add(item.get().objectName());
    }
    return keys;
  }

  private ObjectStorage module() {
    return ObjectStorage.at(url).credentials(accessKey, secretKey).bucket(bucket);
  }

  private RecordingWiring open(ObjectStorage module) {
    RecordingWiring open = RecordingWiring.opened(module);
    opened.add(open);
    return open;
  }
}
