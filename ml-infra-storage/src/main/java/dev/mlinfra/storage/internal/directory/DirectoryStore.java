package dev.mlinfra.storage.internal.directory;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.storage.internal.content.Quota;
import dev.mlinfra.storage.internal.content.StagedUpload;
import dev.mlinfra.storage.internal.content.Usage;
import dev.mlinfra.storage.internal.content.VerifiedDownload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Optional;

/**
 * Keeps artifacts as files named by their digest. What a caller says is looked up by digest only.
 */
public final class DirectoryStore implements ArtifactStore, BucketAdmin {
  private final Layout layout;
  private final Quota quota;

  /**
   * Makes one without touching the disk.
   *
   * @param root the directory
   * @param quotaBytes most bytes that may be stored
   * @param clock for the age of leftovers and counts
   */
  public DirectoryStore(Path root, long quotaBytes, Clock clock) {
    this.layout = new Layout(root, clock);
    this.quota = new Quota("artifactdirectory", quotaBytes, clock, this::storedBytes);
  }

  @Override
  public void ensure() {
    try {
      layout.make();
      layout.sweep();
    } catch (IOException e) {
      throw new ConfigException(
          "artifactdirectory.path was "
              + layout.root()
              + " but must be a directory that can be written ("
              + e.getClass().getSimpleName()
              + "); check its path and mode",
          e);
    }
  }

  @Override
  public Artifact put(Path file) {
    try (StagedUpload intake = StagedUpload.of(file, incoming(), quota.limitBytes())) {
      return store(intake);
    }
  }

  @Override
  public Artifact put(InputStream content) {
    try (StagedUpload intake = StagedUpload.of(content, incoming(), quota.limitBytes())) {
      return store(intake);
    }
  }

  @Override
  public void download(Artifact artifact, Path target) {
    try {
      VerifiedDownload.intoFile(artifact, () -> open(artifact), target);
    } catch (IOException e) {
      throw notReadable(artifact, e);
    }
  }

  @Override
  public byte[] read(Artifact artifact) {
    try {
      return VerifiedDownload.intoMemory(artifact, () -> open(artifact));
    } catch (IOException e) {
      throw notReadable(artifact, e);
    }
  }

  @Override
  public Optional<Artifact> find(String sha256) {
    new Artifact("", sha256, 0);
    try {
      return layout.size(sha256).map(size -> artifact(sha256, size));
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Counts what is stored.
   *
   * @return files and their bytes
   * @throws UnavailableException when the directory cannot be read
   */
  public Usage usage() {
    try {
      return layout.usage();
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /**
   * Returns where it keeps artifacts.
   *
   * @return as configured
   */
  public Path root() {
    return layout.root();
  }

  private Artifact store(StagedUpload intake) {
    try {
      Optional<Long> present = layout.size(intake.sha256());
      Artifact artifact = artifact(intake.sha256(), intake.sizeBytes());
      if (present.isPresent() && isIntact(artifact)) {
        return artifact;
      }
      try (Quota.Reservation room = quota.reserve(intake.sizeBytes() - present.orElse(0L))) {
        layout.publish(intake.file(), intake.sha256());
        room.stored();
      }
      return artifact;
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  /** Storing again is how a damaged file is repaired, so that its name alone is not trusted. */
  private boolean isIntact(Artifact artifact) throws IOException {
    try {
      VerifiedDownload.check(artifact, () -> open(artifact));
      return true;
    } catch (CorruptDataException e) {
      return false;
    }
  }

  private InputStream open(Artifact artifact) throws IOException {
    try {
      return Files.newInputStream(
          layout.fileOf(artifact.sha256()), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      throw new CorruptDataException(
          "artifact "
              + artifact.uri()
              + " was missing from "
              + layout.root()
              + " but must be stored there; restore it from a backup or store it again",
          e);
    }
  }

  private Path incoming() {
    try {
      layout.make();
      return layout.incoming();
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private long storedBytes() {
    return usage().bytes();
  }

  private Artifact artifact(String sha256, long sizeBytes) {
    return new Artifact(layout.keyPath(sha256).toUri().toString(), sha256, sizeBytes);
  }

  private UnavailableException unavailable(IOException e) {
    return new UnavailableException(
        "artifactdirectory "
            + layout.root()
            + " was not usable ("
            + e.getClass().getSimpleName()
            + ") but must be readable and writable; check mode, links and free space",
        e);
  }

  private UnavailableException notReadable(Artifact artifact, IOException e) {
    return new UnavailableException(
        "artifact "
            + artifact.uri()
            + " was not readable ("
            + e.getClass().getSimpleName()
            + ") but must be; check mode and links below "
            + layout.root(),
        e);
  }
}
