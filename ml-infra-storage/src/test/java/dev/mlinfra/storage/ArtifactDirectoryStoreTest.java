package dev.mlinfra.storage;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.testing.RecordingWiring;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

class ArtifactDirectoryStoreTest extends StorageContract {
  @TempDir Path root;

  @Override
  protected RecordingWiring opened() {
    return RecordingWiring.opened(ArtifactDirectory.at(root));
  }

  @Override
  protected ArtifactStore storeWithQuota(long bytes) {
    return RecordingWiring.opened(ArtifactDirectory.at(root).quotaBytes(bytes))
        .part(ArtifactStore.class);
  }

  @Override
  protected void overwrite(Artifact artifact, byte[] bytes) throws Exception {
    Files.write(Path.of(URI.create(artifact.uri())), bytes);
  }

  @Override
  protected void remove(Artifact artifact) throws Exception {
    Files.delete(Path.of(URI.create(artifact.uri())));
  }

  @Override
  protected long objects() throws Exception {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).count();
    }
  }
}
