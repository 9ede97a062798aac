package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.testing.RecordingWiring;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class ObjectStorageIT {
  @TempDir static Path directory;
  @TempDir Path files;
  private static S3Server server;

  private FaultyProxy proxy;
  private RecordingWiring wired;
  private ArtifactStore store;
  private String bucket;

  @BeforeAll
  static void startServer() {
    server = S3Server.in(directory);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open(TestInfo test) {
    bucket = "b" + Integer.toUnsignedString(test.getDisplayName().hashCode());
    proxy = FaultyProxy.to(server.port());
    wired = RecordingWiring.opened(server.moduleAt(proxy.url()).bucket(bucket));
    store = wired.part(ArtifactStore.class);
  }

  @AfterEach
  void close() throws Exception {
    wired.close();
    proxy.close();
  }

  @Test
  void leavesNothingVisibleWhenTheServerGoesAwayInTheMiddleOfAnUpload() throws Exception {
    wired.part(BucketAdmin.class).ensure();
    Path file = file(40_000_000);
    proxy.cutAfter(20_000_000);

    assertThatThrownBy(() -> store.put(file))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("bucket '" + bucket + "' at 127.0.0.1:")
        .hasMessageContaining("gave no answer to a PUT");
    assertThat(server.objects(bucket)).isZero();

    proxy.heal();
    Artifact artifact = store.put(file);
    Path copy = files.resolve("copy");
    store.download(artifact, copy);
    assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
  }

  @Test
  void sweepsThePartsOfAnUploadThatWasCutOffADayLater() throws Exception {
    wired.part(BucketAdmin.class).ensure();
    Path file = file(40_000_000);
    proxy.cutAfter(20_000_000);
    assertThatThrownBy(() -> store.put(file)).isInstanceOf(UnavailableException.class);
    proxy.heal();
    assertThat(server.unfinished(bucket)).isEqualTo(1);

    wired.part(BucketAdmin.class).ensure();
    assertThat(server.unfinished(bucket)).isEqualTo(1);

    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
    try (RecordingWiring restarted =
        RecordingWiring.of("ranker", later).open(server.moduleAt(proxy.url()).bucket(bucket))) {
      restarted.part(BucketAdmin.class).ensure();
    }
    assertThat(server.unfinished(bucket)).isZero();
  }

  @Test
  void saysWithoutAnyKeyThatCredentialsAreWrong() throws Exception {
    wired.part(BucketAdmin.class).ensure();
    Secret wrong = Secret.of("canary-wrong-secret");
    try (RecordingWiring stranger =
        RecordingWiring.opened(
            ObjectStorage.at(proxy.url())
                .credentials(Secret.of(server.accessKey()), wrong)
                .bucket(bucket))) {

      Throwable atEnsure = catchThrowable(() -> stranger.part(BucketAdmin.class).ensure());
      Throwable atPut =
          catchThrowable(
              () ->
                  stranger.part(ArtifactStore.class).put(new ByteArrayInputStream(new byte[] {1})));
      ComponentHealth health = stranger.probes().get(0).check(Duration.ofMinutes(1));

      assertThat(atEnsure)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("answered HTTP 403")
          .hasMessageContaining("check access key, secret key, policy and the clock");
      assertThat(atPut)
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("answered HTTP 403");
      assertThat(health.status()).isEqualTo(ComponentHealth.Status.DOWN);
      assertThat(health.detail()).contains("HTTP 403");
      assertThat(trace(atEnsure) + trace(atPut) + health)
          .doesNotContain("canary-wrong-secret")
          .doesNotContain(server.accessKey())
          .doesNotContain(server.secretKey());
    }
  }

  @Test
  void saysThatTheBucketIsNotThere() {
    assertThatThrownBy(() -> store.put(new ByteArrayInputStream(new byte[] {1})))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("NoSuchBucket")
        .hasMessageContaining("call ensureBucket()");
    assertThat(wired.probes().get(0).check(Duration.ofMinutes(1)).status())
        .isEqualTo(ComponentHealth.Status.DEGRADED);
  }

  @Test
  void refusesAnObjectThatWasSwappedOnTheServer() throws Exception {
    wired.part(BucketAdmin.class).ensure();
    Artifact artifact = store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    server.overwrite(bucket, Artifact.keyOf(artifact.sha256()), new byte[] {1, 2, 4});

    assertThatThrownBy(() -> store.read(artifact))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("artifact s3://" + bucket + "/sha256/");
  }

  @Test
  void tellsHealthAndWhatItHolds() {
    wired.part(BucketAdmin.class).ensure();
    store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));

    assertThat(wired.probes().get(0).check(Duration.ofMinutes(1)).status())
        .isEqualTo(ComponentHealth.Status.UP);
    assertThat(wired.probes().get(0).inventory())
        .containsExactly(
            new InventoryItem("objectstorage", "artifacts", 1, "objects"),
            new InventoryItem("objectstorage", "stored", 3, "bytes"));
  }

  @Test
  void countsMoreThanOnePageOfObjects() throws Exception {
    wired.part(BucketAdmin.class).ensure();
    for (int i = 0; i < 1_001; i++) {
      server.overwrite(bucket, "sha256/00/" + i, new byte[] {1});
    }

    assertThat(wired.probes().get(0).inventory())
        .contains(new InventoryItem("objectstorage", "artifacts", 1_001, "objects"));
  }

  private Path file(int size) throws Exception {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return Files.write(files.resolve("model"), bytes);
  }

  private static String trace(Throwable thrown) {
    StringWriter out = new StringWriter();
    thrown.printStackTrace(new PrintWriter(out));
    return out.toString();
  }
}
