package dev.mlinfra.model;

import dev.mlinfra.artifact.Artifact;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A registered version of a model. Immutable.
 *
 * @param name the model's name
 * @param version 1, 2, 3 ...
 * @param artifact its bytes
 * @param metrics figures by name
 * @param tags notes by name
 * @param createdAt when it was registered
 * @param mirror where the tracking server has it, empty until the mirror has caught up
 * @since 0.1
 */
public record ModelVersion(
    String name,
    int version,
    Artifact artifact,
    Map<String, Double> metrics,
    Map<String, String> tags,
    Instant createdAt,
    Optional<Mirrored> mirror) {
  /**
   * Copies the maps.
   *
   * @since 0.1
   */
  public ModelVersion {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(artifact, "artifact");
    metrics = Map.copyOf(metrics);
    tags = Map.copyOf(tags);
    Objects.requireNonNull(createdAt, "createdAt");
    Objects.requireNonNull(mirror, "mirror");
  }

  /**
   * Where a tracking server keeps a version.
   *
   * @param runId the run that holds its metrics
   * @param version the version number there
   * @since 0.1
   */
  public record Mirrored(String runId, String version) {
    /**
     * Checks that nothing is null.
     *
     * @since 0.1
     */
    public Mirrored {
      Objects.requireNonNull(runId, "runId");
      Objects.requireNonNull(version, "version");
    }
  }
}
