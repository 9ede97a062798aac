package dev.mlinfra.storage;

import dev.mlinfra.secret.Secret;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectsArgs;
import io.minio.MinioAsyncClient;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import io.minio.RemoveObjectArgs;
import io.minio.Result;
import io.minio.messages.Item;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A real S3 server in this process, which checks signatures and keeps objects in a directory. */
final class S3Server implements AutoCloseable {
  private final S3Proxy server;
  private final MinioClient client;
  private final String accessKey = "id" + UUID.randomUUID().toString().replace("-", "");
  private final String secretKey = UUID.randomUUID().toString();

  private S3Server(Path directory) throws Exception {
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(directory.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .build();
    server.start();
    client =
        MinioClient.builder()
            .endpoint("http://127.0.0.1:" + port())
            .credentials(accessKey, secretKey)
            .build();
  }

  static S3Server in(Path directory) {
    try {
      return new S3Server(directory);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  MinioAsyncClient asyncClient() {
    return MinioAsyncClient.builder()
        .endpoint("http://127.0.0.1:" + port())
        .credentials(accessKey, secretKey)
        .build();
  }

  int port() {
    return server.getPort();
  }

  ObjectStorage module() {
    return moduleAt("http://127.0.0.1:" + port());
  }

  ObjectStorage moduleAt(String url) {
    return ObjectStorage.at(url).credentials(Secret.of(accessKey), Secret.of(secretKey));
  }

  /** Stores bytes the way another client would. */
  void overwrite(String bucket, String key, byte[] bytes) throws Exception {
    client.putObject(
        PutObjectArgs.builder().bucket(bucket).object(key).data(bytes, bytes.length).build());
  }

  void remove(String bucket, String key) throws Exception {
    client.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build());
  }

  long objects(String bucket) throws Exception {
    long count = 0;
    for (Result<Item> item :
        client.listObjects(ListObjectsArgs.builder().bucket(bucket).recursive(true).build())) {
      item.get();
      count++;
    }
    return count;
  }

  /** Counts uploads that were begun and neither completed nor aborted. */
  int unfinished(String bucket) throws Exception {
    try (MinioAsyncClient async = asyncClient()) {
      return async
          .listMultipartUploads(ListMultipartUploadsArgs.builder().bucket(bucket).build())
          .join()
          .result()
          .uploads()
          .size();
    }
  }

  String accessKey() {
    return accessKey;
  }

  String secretKey() {
    return secretKey;
  }

  @Override
  public void close() {
    try {
      client.close();
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
