package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.testing.RecordingWiring;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

class MlflowMirrorTest {
  private static final String SHA256 = "ab".repeat(32);
  private static final String S3_URI = "s3://mlflow-artifacts/" + Artifact.keyOf(SHA256);
  private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
  private static final byte[] BYTES = {1, 2, 3};
  private static final Duration SHORT = Duration.ofMillis(700);

  @TempDir Path directory;
  private final FakeMlflow server = FakeMlflow.start();
  private final RecordingWiring wired = RecordingWiring.opened(patient());
  private final ModelMirror mirror = wired.part(ModelMirror.class);

  @AfterEach
  void close() throws Exception {
    wired.close();
    server.close();
  }

  @Test
  void showsAVersionAsAFinishedRunAndAModelVersion() {
    ModelVersion.Mirrored mirrored = mirror.mirror(version("ranker", 1, S3_URI));

    assertThat(mirrored.version()).isEqualTo("1");
    assertThat(server.runs().get(mirrored.runId()).toString())
        .contains("\"status\":\"FINISHED\"", "\"run_name\":\"ranker-1\"")
        .contains("{\"key\":\"mlinfra.model\",\"value\":\"ranker\"}")
        .contains("{\"key\":\"mlinfra.version\",\"value\":\"1\"}")
        .contains("{\"key\":\"mlinfra.sha256\",\"value\":\"" + SHA256 + "\"}")
        .contains("{\"key\":\"note\",\"value\":\"it's a \\\"note\\\"\"}")
        .contains("\"key\":\"ctr\",\"value\":0.0042,\"timestamp\":\"" + CREATED.toEpochMilli());
    assertThat(server.runs().get(mirrored.runId()).toString()).doesNotContain("mlflow.runName");
    assertThat(server.versions())
        .singleElement()
        .satisfies(shown -> assertThat(shown.path("source").asText()).isEqualTo(S3_URI))
        .satisfies(shown -> assertThat(shown.path("run_id").asText()).isEqualTo(mirrored.runId()));
    assertThat(server.requests()).contains("POST /api/2.0/mlflow/experiments/create null");
  }

  @Test
  void changesNothingWhenRepeated() {
    ModelVersion.Mirrored first = mirror.mirror(version("ranker", 1, S3_URI));

    assertThat(mirror.mirror(version("ranker", 1, S3_URI))).isEqualTo(first);

    assertThat(server.runs()).hasSize(1);
    assertThat(server.versions()).hasSize(1);
    assertThat(mirror.mirror(version("ranker", 2, S3_URI)).version()).isEqualTo("2");
  }

  @Test
  void finishesWhatWasLeftHalfMade() {
    ModelVersion.Mirrored first = mirror.mirror(version("ranker", 1, S3_URI));
    server.runs().get(first.runId()).withObject("/info").put("status", "RUNNING");
    server.versions().clear();

    assertThat(mirror.mirror(version("ranker", 1, S3_URI))).isEqualTo(first);

    assertThat(server.runs()).hasSize(1);
    assertThat(server.runs().get(first.runId()).toString()).contains("FINISHED");
  }

  @Test
  void pointsAnAlias() {
    ModelVersion.Mirrored mirrored = mirror.mirror(version("ranker", 1, S3_URI));

    mirror.mirror(promotion("ranker", "champion"), mirrored);
    mirror.mirror(promotion("ranker", "champion"), mirrored);

    assertThat(server.models().get("ranker").path("aliases").toString())
        .isEqualTo("{\"champion\":\"1\"}");
  }

  @Test
  void spellsOutNamesThatMlflowForbids() {
    ModelVersion.Mirrored mirrored = mirror.mirror(version("team:ranker", 1, S3_URI));
    mirror.mirror(promotion("team:ranker", "v1"), mirrored);
    mirror.mirror(promotion("team:ranker", "LATEST"), mirrored);
    mirror.mirror(promotion("team:ranker", "a.b"), mirrored);

    assertThat(server.models().get("team_colon_ranker").path("aliases").toString())
        .isEqualTo("{\"alias_v1\":\"1\",\"alias_LATEST\":\"1\",\"a_dot_b\":\"1\"}");
  }

  @Test
  void showsTheRunsOwnPlaceForBytesInADirectory() {
    mirror.mirror(version("ranker", 1, "file:///var/lib/models/" + Artifact.keyOf(SHA256)));

    assertThat(server.versions().get(0).path("source").asText())
        .startsWith("mlflow-artifacts:/1/")
        .endsWith("/artifacts");
    assertThat(server.versions().get(0).path("tags").toString())
        .contains("file:///var/lib/models/");
  }

  @Test
  void copiesTheBytesToTheRunWhenAskedAndSmallEnough() throws Exception {
    Mlflow copying =
        Mlflow.at(server.url()).token(Secret.of("canary")).copyArtifactsUpTo(BYTES.length);
    try (RecordingWiring both = RecordingWiring.opened(copying)) {
      ArtifactDirectory.at(directory).open(both);
      Artifact small = both.part(ArtifactStore.class).put(new ByteArrayInputStream(BYTES));
      Artifact large = both.part(ArtifactStore.class).put(new ByteArrayInputStream(new byte[9]));
      ModelVersion.Mirrored mirrored =
          both.part(ModelMirror.class).mirror(version("ranker", 1, small));
      both.part(ModelMirror.class).mirror(version("ranker", 2, large));

      String place = "1/" + mirrored.runId() + "/artifacts";
      assertThat(server.files()).containsOnlyKeys(place + "/model.bin");
      assertThat(server.files().get(place + "/model.bin")).isEqualTo(BYTES);
      assertThat(server.versions().get(0).path("source").asText())
          .isEqualTo("mlflow-artifacts:/" + place);
      assertThat(server.requests())
          .contains(
              "PUT /api/2.0/mlflow-artifacts/artifacts/" + place + "/model.bin Bearer canary");
    }
  }

  @Test
  void saysThatACopyNeedsAnArtifactStore() {
    try (RecordingWiring alone =
        RecordingWiring.opened(Mlflow.at(server.url()).copyArtifactsUpTo(100))) {
      assertThatThrownBy(() -> alone.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(ModuleMissingException.class)
          .hasMessageContaining("install(ObjectStorage.at(url))");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file:///etc/passwd",
        "http://evil.example.com/x",
        "s3://b/../sha256/ab",
        "runs:/x",
        "",
        "s3://bucket/sha256/ab/other"
      })
  void refusesASourceThatNoStoreOfOursMade(String uri) {
    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, uri)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.artifact.uri was '" + uri + "'");
    assertThat(server.requests()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"../up", "a/b", "x'y", ""})
  void refusesANameOutsideTheAllowList(String name) {
    assertThatThrownBy(() -> mirror.mirror(version(name, 1, S3_URI)))
        .isInstanceOf(InvalidInputException.class);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void sendsCredentialsAndNeverShowsThem() throws Exception {
    Mlflow module = patient().token(Secret.of("canary-token"));
    try (RecordingWiring client = RecordingWiring.opened(module)) {
      client.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI));
      assertThat(server.requests()).allSatisfy(r -> assertThat(r).endsWith("Bearer canary-token"));
      server.misbehave(exchange -> FakeMlflow.send(exchange, 401, "text/plain", new byte[0]));

      Throwable refused =
          catchThrowable(() -> client.part(ModelMirror.class).mirror(version("ranker", 2, S3_URI)));

      assertThat(refused)
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("HTTP 401")
          .hasMessageContaining("check the credentials");
      StringWriter trace = new StringWriter();
      refused.printStackTrace(new PrintWriter(trace));
      assertThat(trace.toString()).doesNotContain("canary-token");
    }
  }

  @Test
  void namesTheOptionThatAllowsTheHost() {
    server.misbehave(
        exchange ->
            FakeMlflow.send(
                exchange,
                403,
                "text/plain",
                "Invalid Host header - possible DNS rebinding attack detected"
                    .getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("answered HTTP 403")
        .hasMessageContaining("--allowed-hosts");
    assertThat(wired.probes().get(0).check(Duration.ofMinutes(1)).detail())
        .contains("--allowed-hosts");
  }

  @Test
  void asksOnceAndNeitherRetriesNorLogsAnErrorPage() {
    server.misbehave(
        exchange -> FakeMlflow.error(exchange, 500, "INTERNAL_ERROR", "line one\nline two"));

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("answered HTTP 500 to mirroring ranker version 1")
        .hasMessageContaining("INTERNAL_ERROR 'line one\\u000aline two'");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void doesNotFollowARedirectToAnotherHost() {
    server.misbehave(
        exchange -> {
          exchange.getResponseHeaders().set("Location", "http://evil.example.com/steal");
          FakeMlflow.send(exchange, 302, "text/html", new byte[0]);
        });

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("answered HTTP 302")
        .hasMessageContaining("redirected to 'evil.example.com' but redirects are not followed");
  }

  @Test
  void saysThatItGotAPageInsteadOfJson() {
    server.misbehave(
        exchange ->
            FakeMlflow.send(
                exchange,
                200,
                "text/html",
                "<html><body>Please log in</body></html>".getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("sent 'text/html' but must send JSON");
    assertThat(wired.probes().get(0).check(Duration.ofMinutes(1)).status())
        .isEqualTo(ComponentHealth.Status.DOWN);
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 500})
  void readsNoMoreThanItNeedsOfAnEndlessAnswer(int status) {
    server.misbehave(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, 0);
          byte[] block = "{\"a\":\"xxxxxxxxxxxxxx".repeat(500).getBytes(StandardCharsets.UTF_8);
          try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < 100_000; i++) {
              out.write(block);
            }
          }
        });

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("answered HTTP " + status);
  }

  @Test
  void leavesAServerThatNeverAnswers() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    server.misbehave(exchange -> release.await(5, TimeUnit.MINUTES));
    try (RecordingWiring impatient =
        RecordingWiring.opened(Mlflow.at(server.url()).totalTimeout(SHORT))) {
      assertThatThrownBy(
              () -> impatient.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(TimedOutException.class)
          .hasMessageContaining("did not finish mirroring ranker version 1 within PT0.7S");
      ComponentHealth health = impatient.probes().get(0).check(SHORT);
      assertThat(health.status()).isEqualTo(ComponentHealth.Status.DOWN);
      assertThat(health.detail()).contains("did not finish a health check within PT0.7S");
    } finally {
      release.countDown();
    }
  }

  @Test
  void leavesAServerThatDripsItsAnswer() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    server.misbehave(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          while (!release.await(50, TimeUnit.MILLISECONDS)) {
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
          }
        });
    try (RecordingWiring impatient =
        RecordingWiring.opened(Mlflow.at(server.url()).totalTimeout(SHORT))) {
      ModelMirror slow = impatient.part(ModelMirror.class);

      assertThatThrownBy(() -> slow.mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(TimedOutException.class);
      assertThatThrownBy(() -> slow.mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(TimedOutException.class);
      assertThatThrownBy(() -> slow.mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(TimedOutException.class);
      assertThatThrownBy(() -> slow.mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("left alone for some seconds");
    } finally {
      release.countDown();
    }
  }

  @Test
  void asksAgainAfterThePause() throws Exception {
    try (RecordingWiring client = RecordingWiring.opened(patient())) {
      ModelMirror patient = client.part(ModelMirror.class);
      server.misbehave(exchange -> FakeMlflow.error(exchange, 500, "INTERNAL_ERROR", "down"));
      for (int i = 0; i < 4; i++) {
        assertThatThrownBy(() -> patient.mirror(version("ranker", 1, S3_URI)))
            .isInstanceOf(UnavailableException.class);
      }
      assertThat(server.requests()).hasSize(3);
      server.behave();

      assertThat(onceItAsksAgain(patient).version()).isEqualTo("1");
    }
  }

  @Test
  void saysThatNobodyListens() {
    server.close();

    assertThatThrownBy(() -> mirror.mirror(version("ranker", 1, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("mlflow at 127.0.0.1:")
        .hasMessageContaining("(ConnectException)");
    assertThat(wired.probes().get(0).check(Duration.ofMinutes(1)).status())
        .isEqualTo(ComponentHealth.Status.DOWN);
  }

  @Test
  void endsTheThreadsItStarted() throws Exception {
    mirror.mirror(version("ranker", 1, S3_URI));

    wired.close();

    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("ml-infra-mlflow"))
        && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("ml-infra-mlflow"));
    assertThatThrownBy(() -> mirror.mirror(version("ranker", 2, S3_URI)))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("or it was closed");
  }

  @Test
  void tellsVersionAndWhatItHolds() {
    mirror.mirror(version("ranker", 1, S3_URI));

    ComponentHealth health = wired.probes().get(0).check(Duration.ofMinutes(1));

    assertThat(health.status()).isEqualTo(ComponentHealth.Status.UP);
    assertThat(health.detail()).isEqualTo("MLflow 3.17.2");
    assertThat(wired.probes().get(0).inventory())
        .extracting(InventoryItem::name, InventoryItem::value)
        .containsExactly(
            tuple("experiments", 1L), tuple("registered_models", 1L), tuple("model_versions", 1L));
  }

  @Test
  void noClockOfTheWallOpensOrShutsTheBreaker() throws Exception {
    Clock stopped = Clock.fixed(CREATED, ZoneOffset.UTC);
    try (RecordingWiring client = RecordingWiring.of("ranker", stopped).open(patient())) {
      ModelMirror patient = client.part(ModelMirror.class);
      server.misbehave(exchange -> FakeMlflow.error(exchange, 500, "INTERNAL_ERROR", "down"));
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> patient.mirror(version("ranker", 1, S3_URI)))
            .isInstanceOf(UnavailableException.class);
      }
      server.behave();

      assertThat(onceItAsksAgain(patient).version()).isEqualTo("1");
    }
  }

  @Test
  void mirrorsThroughAClientOfTheHostAndLeavesItOpen() throws Exception {
    try (MlflowClient own =
        new MlflowClient(
            new BasicMlflowHostCreds(server.url(), null, null, "canary-of-the-host", false))) {
      ModelVersion.Mirrored mirrored;
      try (RecordingWiring client = RecordingWiring.opened(Mlflow.on(own))) {
        mirrored = client.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI));
        client.part(ModelMirror.class).mirror(promotion("ranker", "champion"), mirrored);
        assertThat(client.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI)))
            .isEqualTo(mirrored);
        assertThat(client.probes().get(0).check(Duration.ofMinutes(1)).detail())
            .isEqualTo("MLflow");
      }
      assertThat(server.runs().get(mirrored.runId()).toString()).contains("FINISHED");
      assertThat(server.models().get("ranker").path("aliases").toString())
          .isEqualTo("{\"champion\":\"1\"}");
      assertThat(server.requests())
          .allSatisfy(request -> assertThat(request).endsWith("Bearer canary-of-the-host"));
      assertThat(own.searchExperiments().getItems()).hasSize(1);
    }
  }

  @Test
  void leavesAClientOfTheHostThatWaitsTooLong() {
    CountDownLatch release = new CountDownLatch(1);
    server.misbehave(exchange -> release.await(5, TimeUnit.MINUTES));
    try (MlflowClient own = new MlflowClient(server.url());
        RecordingWiring impatient = RecordingWiring.opened(Mlflow.on(own).totalTimeout(SHORT))) {
      assertThatThrownBy(
              () -> impatient.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(TimedOutException.class)
          .hasMessageContaining("mlflow of the host's client did not finish mirroring");
    } finally {
      release.countDown();
    }
  }

  @Test
  void leavesAServerThatFallsSilent() {
    CountDownLatch release = new CountDownLatch(1);
    server.misbehave(
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          release.await(5, TimeUnit.MINUTES);
        });
    try (RecordingWiring impatient = RecordingWiring.opened(patient().readTimeout(SHORT))) {
      assertThatThrownBy(
              () -> impatient.part(ModelMirror.class).mirror(version("ranker", 1, S3_URI)))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("sent nothing for PT0.7S in answer to mirroring ranker version 1");
    } finally {
      release.countDown();
    }
  }

  /** The pause after failures is the breaker's own, which nobody can move. */
  private static ModelVersion.Mirrored onceItAsksAgain(ModelMirror mirror) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        return mirror.mirror(version("ranker", 1, S3_URI));
      } catch (UnavailableException e) {
        assertThat(e).hasMessageContaining("left alone for some seconds");
        assertThat(System.nanoTime()).isLessThan(deadline);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
    }
  }

  /** A client that a busy machine does not make give up. */
  private Mlflow patient() {
    Duration patience = Duration.ofMinutes(1);
    return Mlflow.at(server.url())
        .connectTimeout(patience)
        .readTimeout(patience)
        .totalTimeout(patience);
  }

  private static ModelVersion version(String name, int version, String uri) {
    return version(name, version, new Artifact(uri, SHA256, 12));
  }

  private static ModelVersion version(String name, int version, Artifact artifact) {
    return new ModelVersion(
        name,
        version,
        artifact,
        Map.of("ctr", 0.0042),
        Map.of("note", "it's a \"note\"", "mlflow.runName", "another"),
        CREATED,
        Optional.empty());
  }

  private static Promotion promotion(String name, String alias) {
    return new Promotion(name, alias, 1, "someone", "better", CREATED);
  }
}
