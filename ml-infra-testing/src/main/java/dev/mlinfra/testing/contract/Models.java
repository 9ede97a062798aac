package dev.mlinfra.testing.contract;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Models whose bytes are nowhere. */
final class Models {
  private Models() {}

  static NewModel fresh(String name, char digit) {
    return NewModel.of(name, artifact(digit));
  }

  static ModelVersion version(String name, int version, Instant createdAt) {
    Artifact artifact = artifact(Character.forDigit(version, 16));
    return new ModelVersion(
        name, version, artifact, Map.of(), Map.of(), createdAt, Optional.empty());
  }

  private static Artifact artifact(char digit) {
    String sha256 = String.valueOf(digit).repeat(64);
    return new Artifact("s3://models/" + Artifact.keyOf(sha256), sha256, 3);
  }
}
