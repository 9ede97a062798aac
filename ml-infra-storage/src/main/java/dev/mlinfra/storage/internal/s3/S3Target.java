package dev.mlinfra.storage.internal.s3;

import io.minio.MinioAsyncClient;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Which bucket, and how it is reached: by a client of our own, or by one of the host's.
 *
 * @param bucket the bucket's name
 * @param server to make a client for, or null
 * @param client of the host, or null
 */
public record S3Target(
    String bucket, @Nullable S3Server server, @Nullable MinioAsyncClient client) {
  /**
   * Returns what messages call it.
   *
   * @return bucket and server, without credentials
   */
  String label() {
    return "bucket '"
        + bucket
        + "' "
        + (server == null
            ? "of the host's client"
            : "at " + URI.create(server.url()).getAuthority());
  }
}
