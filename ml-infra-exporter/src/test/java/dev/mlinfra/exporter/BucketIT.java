package dev.mlinfra.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.PutObjectArgs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar, as an operator runs it, on an S3 server that checks signatures. */
class BucketIT {
  private static final Path JAR = Path.of("target/ml-infra-exporter.jar");

  @TempDir Path directory;
  private final String accessKey = "id" + UUID.randomUUID().toString().replace("-", "");
  private final String secretKey = UUID.randomUUID().toString();
  private S3Proxy server;

  @BeforeEach
  void startServer() throws Exception {
    Path objects = Files.createDirectory(directory.resolve("objects"));
    server =
        S3Proxy.builder()
            .blobStore(new FilesystemNio2BlobStore(objects.toString()))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, accessKey, secretKey)
            .build();
    server.start();
  }

  @AfterEach
  void stopServer() throws Exception {
    server.stop();
  }

  @Test
  void showsWhatTheBucketHolds() throws Exception {
    run(
        secretKey,
        exporter -> {
          Await.until(
              "the missing bucket is told",
              () -> get(exporter, "/health").contains("HTTP 404; let a service run ensureBucket"));
          assertThat(get(exporter, "/metrics")).contains("ml_objectstorage_up 0\n");

          fill();

          for (String line :
              List.of(
                  "ml_objectstorage_up 1",
                  "ml_objectstorage_bucket_objects{bucket=\"held\"} 2",
                  "ml_objectstorage_bucket_bytes{bucket=\"held\"} 7",
                  "ml_objectstorage_bucket_complete{bucket=\"held\"} 1",
                  "ml_objectstorage_bucket_quota_bytes{bucket=\"held\"} 1000")) {
            Await.until(line, () -> get(exporter, "/metrics").contains(line + "\n"));
          }
        });
  }

  @Test
  void aWrongKeyIsNamedAndNotShown() throws Exception {
    run(
        "not-the-key",
        exporter -> {
          Await.until(
              "the wrong key is told",
              () -> get(exporter, "/health").contains("HTTP 403; check the keys"));
          assertThat(get(exporter, "/health") + get(exporter, "/metrics"))
              .doesNotContain("not-the-key", accessKey);
        });
  }

  private void fill() throws Exception {
    MinioClient client =
        MinioClient.builder().endpoint(url()).credentials(accessKey, secretKey).build();
    client.makeBucket(MakeBucketArgs.builder().bucket("held").build());
    for (int bytes : new int[] {3, 4}) {
      client.putObject(
          PutObjectArgs.builder()
              .bucket("held")
              .object("sha256/" + bytes)
              .data(new byte[bytes], bytes)
              .build());
    }
    client.close();
  }

  private void run(String key, Use use) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path id = Files.writeString(directory.resolve("id"), accessKey);
    Path secret = Files.writeString(directory.resolve("secret"), key);
    Path file =
        Files.writeString(
            directory.resolve("exporter.properties"),
            """
            listen = 127.0.0.1:%d
            objectstorage.url = %s
            objectstorage.bucket = held
            objectstorage.access-key-file = %s
            objectstorage.secret-key-file = %s
            objectstorage.quota-bytes = 1000
            objectstorage.interval = PT0.2S
            objectstorage.detail-interval = PT0.5S
            objectstorage.timeout = PT20S
            """
                .formatted(port, url(), id, secret));
    Process exporter =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-jar",
                JAR.toString(),
                "--config",
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    try {
      URI address = URI.create("http://127.0.0.1:" + port);
      Await.until("the exporter answers", () -> answers(exporter, address));
      use.of(address);
    } finally {
      exporter.destroyForcibly().waitFor();
    }
  }

  private String url() {
    return "http://127.0.0.1:" + server.getPort();
  }

  private boolean answers(Process exporter, URI address) {
    try {
      assertThat(exporter.isAlive()).as(Files.readString(directory.resolve("log"))).isTrue();
      return !get(address, "/health").isEmpty();
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  private static String get(URI exporter, String path) {
    try {
      return HttpClient.newHttpClient()
          .send(
              HttpRequest.newBuilder(exporter.resolve(path)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private interface Use {
    void of(URI exporter) throws Exception;
  }
}
