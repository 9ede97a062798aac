package dev.mlinfra.storage.internal.mlflow;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.Wiring;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.mlflow.api.proto.Service.RunInfo;

/**
 * Copies artifacts to runs through MLflow's artifact proxy: over a temporary file, whose digest was
 * checked. Doing it again writes the same bytes to the same place.
 */
public final class RunArtifacts {
  /** What the one file of a run is called. */
  static final String FILE_NAME = "model.bin";

  private static final Duration LONGEST_COPY = Duration.ofMinutes(10);
  private static final String PROXIED = "mlflow-artifacts";

  private final MlflowCalls calls;
  private final long maxBytes;
  private final Wiring wiring;

  /**
   * Makes one without any I/O.
   *
   * @param calls to the server
   * @param maxBytes size of the largest artifact to copy, 0 for none
   * @param wiring where the artifact store is found when it is needed
   */
  public RunArtifacts(MlflowCalls calls, long maxBytes, Wiring wiring) {
    this.calls = calls;
    this.maxBytes = maxBytes;
    this.wiring = wiring;
  }

  boolean takes(Artifact artifact) {
    return maxBytes > 0 && artifact.sizeBytes() <= maxBytes;
  }

  void copy(Artifact artifact, RunInfo run) {
    String path = pathOf(run) + "/" + FILE_NAME;
    try {
      Path directory = Files.createTempDirectory("ml-infra-mirror");
      Path file = directory.resolve(FILE_NAME);
      try {
        store().download(artifact, file);
        calls.call(
            "the copy of " + artifact.uri(),
            LONGEST_COPY,
            session -> {
              session.put(path, file);
              return path;
            });
      } finally {
        Files.deleteIfExists(file);
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UnavailableException(
          "temporary copy of "
              + artifact.uri()
              + " was not possible ("
              + e.getClass().getSimpleName()
              + ") but is needed for MLflow; make room in java.io.tmpdir",
          e);
    }
  }

  private ArtifactStore store() {
    return wiring
        .find(ArtifactStore.class)
        .orElseThrow(
            () ->
                new ModuleMissingException(
                    "mlflow.copyArtifactsUpTo needs a module that stores artifacts;"
                        + " install(ObjectStorage.at(url)) or leave it out"));
  }

  private String pathOf(RunInfo run) {
    URI place = URI.create(run.getArtifactUri());
    if (!PROXIED.equals(place.getScheme()) || place.getPath() == null) {
      throw new ConfigException(
          calls.api().label()
              + " keeps the artifacts of runs at '"
              + place.getScheme()
              + ":' but must serve them itself for copyArtifactsUpTo; start it with"
              + " --serve-artifacts --artifacts-destination, or leave copyArtifactsUpTo out");
    }
    return place.getPath().replaceFirst("^/+", "");
  }
}
