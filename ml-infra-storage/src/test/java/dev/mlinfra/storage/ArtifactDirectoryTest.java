package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.settings.Settings;
import dev.mlinfra.testing.RecordingWiring;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactDirectoryTest {
  @TempDir Path directory;

  @Test
  void keepsArtifactsUnderTheirDigestReadableByTheOwnerOnly() throws Exception {
    ArtifactStore store = open().part(ArtifactStore.class);

    Artifact artifact = store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));

    Path file = Path.of(URI.create(artifact.uri()));
    assertThat(artifact.uri()).startsWith("file:");
    assertThat(file).isEqualTo(root().resolve("sha256/03").resolve(artifact.sha256()));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root())))
        .isEqualTo("rwx------");
  }

  @Test
  void repairsAFileWhoseBytesChangedWhenTheyAreStoredAgain() throws Exception {
    ArtifactStore store = open().part(ArtifactStore.class);
    Artifact artifact = store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    Files.write(Path.of(URI.create(artifact.uri())), new byte[] {1, 2, 4});

    store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));

    assertThat(store.read(artifact)).containsExactly(1, 2, 3);
  }

  @Test
  void doesNotFollowALinkInThePlaceOfAnArtifact() throws Exception {
    ArtifactStore store = open().part(ArtifactStore.class);
    Artifact artifact = store.put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    Path file = Path.of(URI.create(artifact.uri()));
    Path elsewhere = Files.write(directory.resolve("elsewhere"), new byte[] {1, 2, 3});
    Files.delete(file);
    Files.createSymbolicLink(file, elsewhere);

    assertThatThrownBy(() -> store.read(artifact)).isInstanceOf(UnavailableException.class);
    assertThat(store.find(artifact.sha256())).isEmpty();
  }

  @Test
  void doesNotFollowALinkInThePlaceOfAFolder() throws Exception {
    open().part(BucketAdmin.class).ensure();
    Files.delete(root().resolve("sha256"));
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(root().resolve("sha256"), elsewhere);
    ArtifactStore store = open().part(ArtifactStore.class);

    assertThatThrownBy(() -> store.put(new ByteArrayInputStream(new byte[] {1})))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("check mode, links");
    assertThat(elsewhere).isEmptyDirectory();
  }

  @Test
  void sweepsWhatAKilledProcessLeftAndLetsYoungFilesBe() throws Exception {
    open().part(BucketAdmin.class).ensure();
    Path old = Files.createFile(root().resolve("incoming/put-1.part"));
    Path young = Files.createFile(root().resolve("incoming/put-2.part"));
    Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));

    open().part(BucketAdmin.class).ensure();

    assertThat(old).doesNotExist();
    assertThat(young).exists();
  }

  @Test
  void refusesAPathThatIsAFile() throws Exception {
    Files.createFile(root());

    assertThatThrownBy(() -> open().part(BucketAdmin.class).ensure())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("artifactdirectory.path was")
        .hasMessageContaining("must be a directory that can be written");
  }

  @Test
  void tellsHealthAndWhatItHolds() {
    RecordingWiring wired = open();
    ComponentHealth before = wired.probes().get(0).check(Duration.ofSeconds(1));
    wired.part(ArtifactStore.class).put(new ByteArrayInputStream(new byte[] {1, 2, 3}));

    ComponentHealth after = wired.probes().get(0).check(Duration.ofSeconds(1));

    assertThat(before.status()).isEqualTo(ComponentHealth.Status.DEGRADED);
    assertThat(before.detail()).contains("call ensureBucket()");
    assertThat(after.status()).isEqualTo(ComponentHealth.Status.UP);
    assertThat(wired.probes().get(0).inventory())
        .containsExactly(
            new InventoryItem("artifactdirectory", "artifacts", 1, "objects"),
            new InventoryItem("artifactdirectory", "stored", 3, "bytes"));
  }

  @Test
  void refusesAQuotaOfNothing() {
    assertThat(ArtifactDirectory.at(root()).quotaBytes(0).faults())
        .singleElement()
        .asString()
        .contains("artifactdirectory.quotaBytes was 0 but must be 1 to");
  }

  @Test
  void isMadeFromPlainSettings() {
    Settings settings =
        new Settings(
            "artifactdirectory", Map.of("path", root().toString(), "quota_bytes", "5", "typo", ""));

    InfraModule module = new ArtifactDirectoryFactory().create(settings);

    assertThat(module).hasToString("ArtifactDirectory[" + root() + ", quotaBytes=5]");
    assertThat(settings.unread()).containsExactly("typo");
    assertThat(ArtifactDirectory.at(root()).toString()).contains("quotaBytes=10000000000");
  }

  private Path root() {
    return directory.resolve("artifacts");
  }

  private RecordingWiring open() {
    return RecordingWiring.opened(ArtifactDirectory.at(root()));
  }
}
