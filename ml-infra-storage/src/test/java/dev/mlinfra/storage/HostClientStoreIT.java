package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.minio.BucketExistsArgs;
import io.minio.MinioAsyncClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The same store through a client that the host made, which stays open when the stores are not. */
class HostClientStoreIT extends ObjectStorageStoreIT {
  private static MinioAsyncClient client;

  @BeforeAll
  static void makeClient() {
    client = server.asyncClient();
  }

  @AfterAll
  static void isStillOpen() throws Exception {
    assertThat(client.bucketExists(BucketExistsArgs.builder().bucket("never-made").build()).get())
        .isFalse();
    client.close();
  }

  @Override
  ObjectStorage module() {
    return ObjectStorage.on(client);
  }
}
