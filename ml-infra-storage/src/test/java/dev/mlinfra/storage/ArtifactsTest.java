package dev.mlinfra.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.PlainConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way of a host: by its configuration and the client. */
class ArtifactsTest {
  @TempDir Path directory;

  @Test
  void aHostStoresFindsAndFetchesAFile() throws Exception {
    Path model = Files.writeString(directory.resolve("model.bin"), "weights");
    Path copy = directory.resolve("copy.bin");
    // region use
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker")
            .install(ArtifactDirectory.at(directory.resolve("artifacts")))
            .build();
    try (MlInfra ml = MlInfra.connect(cfg)) {
      ml.ensureBucket();
      Artifact artifact = ml.artifacts().put(model); // stored once, however often it is put
      Optional<Artifact> found = ml.artifacts().find(artifact.sha256());
      ml.artifacts().download(artifact, copy); // appears only when its digest is right
      // endregion
      assertThat(found).contains(artifact);
      assertThat(copy).hasContent("weights");
      assertThat(ml.health().healthy()).isTrue();
    }
  }

  @Test
  void plainSettingsInstallTheModules() {
    MlInfraConfig cfg =
        PlainConfig.fromVariables(
            Map.of(
                "ML_INFRA_SERVICE", "ranker",
                "ML_INFRA_OBJECTSTORAGE_URL", "http://minio:9000",
                "ML_INFRA_OBJECTSTORAGE_ACCESS_KEY", "canary-id",
                "ML_INFRA_OBJECTSTORAGE_SECRET_KEY", "canary-key",
                "ML_INFRA_MLFLOW_URL", "http://mlflow:5000"));

    assertThat(cfg.toString()).contains("objectstorage", "mlflow").doesNotContain("canary");
  }

  @Test
  void aHostIsToldEveryFaultAtOnce() {
    MlInfraConfig.Builder builder =
        MlInfraConfig.forService("ranker")
            .install(ObjectStorage.at("http://s3.example.com").bucket("Bad"))
            .install(Mlflow.at("mlflow").token(Secret.of("canary")));

    assertThatThrownBy(builder::build)
        .isInstanceOfSatisfying(
            ConfigException.class, refused -> assertThat(refused.faults()).hasSize(4))
        .hasMessageContaining("objectstorage.url")
        .hasMessageContaining("objectstorage.bucket")
        .hasMessageContaining("mlflow.url")
        .hasMessageNotContaining("canary");
  }
}
