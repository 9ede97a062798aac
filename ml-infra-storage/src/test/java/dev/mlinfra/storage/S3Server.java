package dev.mlinfra.storage;

import dev.mlinfra.secret.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/** A real S3 server in this process, which checks signatures and keeps objects in a directory. */
final class S3Server implements AutoCloseable {
  private final S3Proxy server;
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
  }

  static S3Server in(Path directory) {
    try {
      return new S3Server(directory);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
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

  String accessKey() {
    return accessKey;
  }

  String secretKey() {
    return secretKey;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
