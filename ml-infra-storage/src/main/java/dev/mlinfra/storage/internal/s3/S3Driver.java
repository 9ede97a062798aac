package dev.mlinfra.storage.internal.s3;

import io.minio.MinioAsyncClient;
import java.util.Objects;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * minio-java and the HTTP client below it.
 *
 * @param http the limits of every call; null for a client of the host's, which has its own
 * @param calls for calls that move no artifact
 * @param transfers for artifacts and their parts
 */
record S3Driver(@Nullable S3Http http, MinioAsyncClient calls, MinioAsyncClient transfers)
    implements AutoCloseable {
  static S3Driver of(S3Target target) {
    if (target.client() != null) {
      return new S3Driver(null, target.client(), target.client());
    }
    S3Server server = Objects.requireNonNull(target.server(), "server");
    S3Http http = new S3Http(server);
    return new S3Driver(http, client(server, http.calls()), client(server, http.transfers()));
  }

  /** Ends what was made here: a host's client stays open. */
  @Override
  public void close() {
    if (http != null) {
      http.close();
    }
  }

  private static MinioAsyncClient client(S3Server server, OkHttpClient http) {
    return MinioAsyncClient.builder()
        .endpoint(server.url())
        .region(server.region())
        .credentials(server.accessKey().reveal(), server.secretKey().reveal())
        .httpClient(http)
        .build();
  }
}
