package dev.mlinfra.internal.artifact;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Measures an artifact store. */
public record MeteredArtifactStore(ArtifactStore store, Telemetry telemetry)
    implements ArtifactStore {
  @Override
  public Artifact put(Path file) {
    return timedPut(() -> store.put(file));
  }

  @Override
  public Artifact put(InputStream content) {
    return timedPut(() -> store.put(content));
  }

  @Override
  public void download(Artifact artifact, Path target) {
    timedRead(
        () -> {
          store.download(artifact, target);
          return target;
        });
  }

  @Override
  public byte[] read(Artifact artifact) {
    return timedRead(() -> store.read(artifact));
  }

  @Override
  public Optional<Artifact> find(String sha256) {
    return store.find(sha256);
  }

  private Artifact timedPut(Supplier<Artifact> call) {
    long start = System.nanoTime();
    Artifact artifact = call.get();
    telemetry.time(Instrument.ARTIFACTS_PUT, System.nanoTime() - start);
    telemetry.count(Instrument.ARTIFACTS_PUT_BYTES, artifact.sizeBytes());
    return artifact;
  }

  private <T> T timedRead(Supplier<T> call) {
    long start = System.nanoTime();
    try {
      T result = call.get();
      telemetry.time(Instrument.ARTIFACTS_READ, System.nanoTime() - start);
      return result;
    } catch (CorruptDataException e) {
      telemetry.count(Instrument.ARTIFACTS_CORRUPT, 1);
      throw e;
    }
  }
}
