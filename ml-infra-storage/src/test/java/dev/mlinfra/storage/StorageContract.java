package dev.mlinfra.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.testing.contract.ArtifactStoreContract;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the stores of this module say, beside what every store promises. */
abstract class StorageContract extends ArtifactStoreContract {
  @TempDir Path directory;

  @Test
  void saysWhatIsTooLargeForMemory() {
    Artifact large = new Artifact("file:///large", "0".repeat(64), 70_000_000);
    assertThatThrownBy(() -> store().read(large))
        .hasMessageContaining("was 70000000 bytes but must be at most 67108864")
        .hasMessageContaining("download it");
  }

  @Test
  void saysWhatADigestIs() {
    assertThatThrownBy(() -> store().find("zz"))
        .hasMessageContaining("must be 64 lower-case hex digits");
  }

  @Test
  void saysWhichBytesChangedAndWhatIsMissing() throws Exception {
    Artifact artifact = store().put(new ByteArrayInputStream(new byte[5_000]));
    overwrite(artifact, "others".repeat(1_000).substring(0, 5_000).getBytes(UTF_8));
    assertThatThrownBy(() -> store().download(artifact, directory.resolve("target")))
        .hasMessageContaining(artifact.uri())
        .hasMessageContaining("but must be 5000 bytes with SHA-256 " + artifact.sha256())
        .hasMessageContaining("restore");
    remove(artifact);
    assertThatThrownBy(() -> store().read(artifact)).hasMessageContaining("was missing from");
  }

  @Test
  void saysHowMuchTheQuotaAllowsAndWhatIsInUse() {
    store().put(new ByteArrayInputStream(new byte[600]));
    ArtifactStore small = storeWithQuota(1_000);
    assertThatThrownBy(() -> small.put(new ByteArrayInputStream(new byte[401])))
        .hasMessageContaining("quota was 1000 bytes with 600 in use but 401 more were asked for");
    assertThatThrownBy(() -> small.put(new ByteArrayInputStream(new byte[5_000])))
        .hasMessageContaining("1000 bytes");
  }

  @Test
  void saysThatNothingOfABrokenStreamIsStored() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[200_000]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("cut");
              }

              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                return read();
              }
            });
    assertThatThrownBy(() -> store().put(broken))
        .hasMessageContaining("was broken after")
        .hasMessageContaining("nothing was stored");
  }

  @Test
  void saysWhichFileIsNone() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    assertThatThrownBy(() -> store().put(folder)).hasMessageContaining("was not a regular file");
    assertThatThrownBy(() -> store().put(directory.resolve("nowhere")))
        .hasMessageContaining("NoSuchFileException");
  }

  private ArtifactStore store() {
    return opened().part(ArtifactStore.class);
  }
}
