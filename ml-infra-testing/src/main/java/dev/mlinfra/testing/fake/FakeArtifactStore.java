package dev.mlinfra.testing.fake;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.QuotaExceededException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps bytes by their digest, at most 256 MiB of them. */
final class FakeArtifactStore implements ArtifactStore {
  private static final long QUOTA_BYTES = 256L << 20;
  private static final int MAX_READ_BYTES = 64 << 20;

  /** By their digest; guarded by itself. */
  final Map<String, byte[]> objects;

  private final Faulty faulty;
  private final long quota;

  FakeArtifactStore(Faulty faulty) {
    this(faulty, new HashMap<>(), QUOTA_BYTES);
  }

  private FakeArtifactStore(Faulty faulty, Map<String, byte[]> objects, long quota) {
    this.faulty = faulty;
    this.objects = objects;
    this.quota = quota;
  }

  /** Another store over the same place. */
  FakeArtifactStore withQuota(long bytes) {
    return new FakeArtifactStore(faulty, objects, bytes);
  }

  @Override
  public Artifact put(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return put(in);
    } catch (IOException e) {
      throw new InvalidInputException(
          "artifact file " + file + " was not readable (" + e + "); check its path and mode", e);
    }
  }

  @Override
  public Artifact put(InputStream content) {
    byte[] bytes;
    try {
      bytes = content.readNBytes((int) QUOTA_BYTES + 1);
    } catch (IOException e) {
      throw new InvalidInputException("artifact stream failed (" + e + "); open it again", e);
    }
    return faulty.call(Part.ARTIFACT_STORE, () -> keep(bytes));
  }

  @Override
  public void download(Artifact artifact, Path target) {
    byte[] bytes = faulty.call(Part.ARTIFACT_STORE, () -> verified(artifact));
    try {
      Path half = Files.createTempFile(target.toAbsolutePath().getParent(), ".artifact-", null);
      try {
        Files.write(half, bytes);
        Files.move(half, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(half);
      }
    } catch (IOException e) {
      throw new CorruptDataException(
          "artifact target " + target + " was not writable (" + e + "); choose another file", e);
    }
  }

  @Override
  public byte[] read(Artifact artifact) {
    if (artifact.sizeBytes() > MAX_READ_BYTES) {
      throw new CorruptDataException(
          "artifact %s had %d bytes but must have at most %d to be read into memory; download it"
              .formatted(artifact.uri(), artifact.sizeBytes(), MAX_READ_BYTES));
    }
    return faulty.call(Part.ARTIFACT_STORE, () -> verified(artifact).clone());
  }

  @Override
  public Optional<Artifact> find(String sha256) {
    Artifact wanted = new Artifact("memory://fake", sha256, 0);
    return faulty.call(
        Part.ARTIFACT_STORE,
        () -> {
          synchronized (objects) {
            return Optional.ofNullable(objects.get(wanted.sha256()))
                .map(b -> artifact(sha256, b.length));
          }
        });
  }

  /** Changes a stored byte, so that the next read must refuse the artifact. */
  void damage(Artifact artifact) {
    synchronized (objects) {
      objects.computeIfPresent(
          artifact.sha256(),
          (sha256, bytes) -> {
            byte[] changed = bytes.length == 0 ? new byte[1] : bytes.clone();
            changed[0] ^= 1;
            return changed;
          });
    }
  }

  /** How many objects are stored. */
  long size() {
    synchronized (objects) {
      return objects.size();
    }
  }

  private Artifact keep(byte[] bytes) {
    String sha256 = sha256(bytes);
    synchronized (objects) {
      long used =
          objects.entrySet().stream()
              .filter(other -> !other.getKey().equals(sha256))
              .mapToLong(other -> other.getValue().length)
              .sum();
      if (used + bytes.length > quota) {
        throw new QuotaExceededException(
            "artifact store had %d bytes but may have %d; store less in a fake"
                .formatted(used, quota));
      }
      objects.put(sha256, bytes);
    }
    return artifact(sha256, bytes.length);
  }

  private byte[] verified(Artifact artifact) {
    byte @Nullable [] bytes;
    synchronized (objects) {
      bytes = objects.get(artifact.sha256());
    }
    if (bytes == null) {
      throw new CorruptDataException(
          "artifact " + artifact.uri() + " was missing but must be stored; put it first");
    }
    if (bytes.length != artifact.sizeBytes() || !sha256(bytes).equals(artifact.sha256())) {
      throw new CorruptDataException(
          "artifact " + artifact.uri() + " had other bytes than its digest says; store it again");
    }
    return bytes;
  }

  private static Artifact artifact(String sha256, long sizeBytes) {
    return new Artifact("memory://fake/" + Artifact.keyOf(sha256), sha256, sizeBytes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
