package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.QuotaExceededException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.testing.RecordingWiring;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that no healthy S3 server gives. */
class S3FaultTest {
  private static final Artifact WANTED = new Artifact("s3://b/x", "0".repeat(64), 1_000);

  @TempDir Path files;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch release = new CountDownLatch(1);
  private volatile Answer answer = exchange -> {};
  private HttpServer server;
  private RecordingWiring wired;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            answer.to(exchange);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.start();
    wired = open(Duration.ofMinutes(1), Duration.ofMinutes(2));
  }

  @AfterEach
  void stop() {
    release.countDown();
    wired.close();
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void triesAgainWhenTheServerAsksToSlowDownAndThenSaysSo() {
    answer = exchange -> error(exchange, 503, "SlowDown");

    assertThatThrownBy(() -> store().find(WANTED.sha256()))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("HTTP 503");
    assertThat(requests).hasValue(3);
  }

  @Test
  void succeedsWhenTheServerRecoversMeanwhile() {
    answer =
        exchange -> {
          if (requests.get() < 3) {
            error(exchange, 503, "SlowDown");
          } else {
            exchange.sendResponseHeaders(404, -1);
          }
        };

    assertThat(store().find(WANTED.sha256())).isEmpty();
  }

  @Test
  void namesTheCodeOfAnError() {
    answer = exchange -> error(exchange, 500, "InternalError");

    assertThatThrownBy(() -> store().read(WANTED))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("bucket 'mlflow-artifacts' at 127.0.0.1:")
        .hasMessageContaining("answered HTTP 500 InternalError to a GET of s3://b/x")
        .hasMessageNotContaining("\n");
  }

  @Test
  void tellsTheServersQuotaFromAnOutage() {
    answer =
        exchange -> {
          if (exchange.getRequestMethod().equals("PUT")) {
            error(exchange, 400, "XMinioAdminBucketQuotaExceeded");
          } else if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(404, -1);
          } else {
            send(exchange, 200, "<ListBucketResult><Name>b</Name></ListBucketResult>");
          }
        };

    assertThatThrownBy(() -> store().put(new ByteArrayInputStream(new byte[] {1})))
        .isInstanceOf(QuotaExceededException.class)
        .hasMessageContaining("XMinioAdminBucketQuotaExceeded")
        .hasMessageContaining("raise its quota");
  }

  @Test
  void leavesAServerThatNeverAnswers() {
    answer = exchange -> release.await(5, TimeUnit.MINUTES);
    try (RecordingWiring impatient = open(Duration.ofMillis(300), Duration.ofMinutes(2))) {
      assertThatThrownBy(() -> impatient.part(ArtifactStore.class).find(WANTED.sha256()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("gave no answer to a HEAD");
      ComponentHealth health = impatient.probes().get(0).check(Duration.ofMillis(1));
      assertThat(health.status()).isEqualTo(ComponentHealth.Status.DOWN);
      assertThat(health.detail()).contains("gave no answer within PT0.001S");
    }
  }

  @Test
  void leavesAServerThatDripsABody() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000_000);
          while (!release.await(20, TimeUnit.MILLISECONDS)) {
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
          }
        };
    Artifact large = new Artifact(WANTED.uri(), WANTED.sha256(), 1_000_000);
    try (RecordingWiring impatient = open(Duration.ofMinutes(1), Duration.ofSeconds(1))) {
      assertThatThrownBy(
              () -> impatient.part(ArtifactStore.class).download(large, files.resolve("target")))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("gave no answer to a GET");
      assertThat(files).isEmptyDirectory();
    }
  }

  @Test
  void takesABodyThatEndsEarlyForAnOutage() {
    answer =
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          exchange.getResponseBody().write(new byte[10]);
          exchange.getResponseBody().flush();
          throw new IOException("cut");
        };

    assertThatThrownBy(() -> store().download(WANTED, files.resolve("target")))
        .isInstanceOf(UnavailableException.class);
    assertThat(files).isEmptyDirectory();
  }

  @Test
  void readsNoMoreThanItNeedsOfAnEndlessErrorPage() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/html");
          exchange.sendResponseHeaders(400, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 1_000_000; i++) {
              out.write(new byte[1_000]);
            }
          }
        };

    assertThatThrownBy(() -> store().read(WANTED))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("answered HTTP 400");
  }

  @Test
  void doesNotFollowARedirectToAnotherHost() {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://evil.example.com/");
          exchange.sendResponseHeaders(307, -1);
        };

    assertThatThrownBy(() -> wired.part(BucketAdmin.class).ensure())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("answered HTTP 307")
        .hasMessageContaining("check url, region and bucket");
  }

  private RecordingWiring open(Duration readTimeout, Duration totalTimeout) {
    return RecordingWiring.opened(
        ObjectStorage.at("http://127.0.0.1:" + server.getAddress().getPort())
            .credentials("id", Secret.of("key"))
            .readTimeout(readTimeout)
            .callTimeout(totalTimeout)
            .transferTimeout(totalTimeout));
  }

  private ArtifactStore store() {
    return wired.part(ArtifactStore.class);
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(status, -1);
    } else {
      send(
          exchange,
          status,
          "<Error><Code>" + code + "</Code><Message>first\nsecond</Message></Error>");
    }
  }

  private static void send(HttpExchange exchange, int status, String xml) throws IOException {
    byte[] body = xml.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  @FunctionalInterface
  private interface Answer {
    void to(HttpExchange exchange) throws IOException, InterruptedException;
  }
}
