package dev.mlinfra.storage.internal.s3;

import io.minio.MinioAsyncClient;
import okhttp3.OkHttpClient;

/**
 * minio-java and the HTTP client below it.
 *
 * @param http the limits of every call
 * @param calls for calls that move no artifact
 * @param transfers for artifacts and their parts
 */
record S3Driver(S3Http http, MinioAsyncClient calls, MinioAsyncClient transfers)
    implements AutoCloseable {
  S3Driver(S3Target target) {
    this(target, new S3Http(target));
  }

  private S3Driver(S3Target target, S3Http http) {
    this(http, client(target, http.calls()), client(target, http.transfers()));
  }

  @Override
  public void close() {
    http.close();
  }

  private static MinioAsyncClient client(S3Target target, OkHttpClient http) {
    return MinioAsyncClient.builder()
        .endpoint(target.url())
        .region(target.region())
        .credentials(target.accessKey().reveal(), target.secretKey().reveal())
        .httpClient(http)
        .build();
  }
}
