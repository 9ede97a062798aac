package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.embedded.ContainerStack;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.junit.MlInfraTest;
import dev.mlinfra.health.ComponentHealth;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// region whole
@Tag("containers")
@MlInfraTest(service = "ranker", servers = Servers.CONTAINERS)
class WholeStackIT {
  @Test
  void keepsArtifactsInMinio(MlInfra ml, @TempDir Path directory) {
    Artifact artifact = ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    Path file = directory.resolve("downloaded");
    ml.artifacts().download(artifact, file);
    assertThat(file).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void isUpAgainAfterMlflowWasKilled(MlInfra ml, ContainerStack stack) {
    stack.mlflow().kill();
    stack.mlflow().restart(); // same port, same data
    assertThat(ml.health().components())
        .extracting(ComponentHealth::component)
        .contains("postgres", "redis", "objectstorage", "mlflow");
    assertThat(ml.health().healthy()).isTrue();
  }
}
// endregion
