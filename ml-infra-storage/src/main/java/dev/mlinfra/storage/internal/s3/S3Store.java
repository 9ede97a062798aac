package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.storage.internal.content.Quota;
import dev.mlinfra.storage.internal.content.StagedUpload;
import dev.mlinfra.storage.internal.content.Usage;
import dev.mlinfra.storage.internal.content.VerifiedDownload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Keeps artifacts as objects named by their digest. What a caller says is looked up by digest only.
 */
public final class S3Store implements ArtifactStore, AutoCloseable {
  private static final long PART_BYTES = 16L << 20;

  private final Bucket bucket;
  private final Quota quota;

  /**
   * Makes one without asking the server anything.
   *
   * @param target which bucket
   * @param quotaBytes most bytes that may be stored
   * @param clock for the age of counts
   */
  public S3Store(S3Target target, long quotaBytes, Clock clock) {
    this.bucket = new Bucket(target);
    this.quota = new Quota("objectstorage", quotaBytes, clock, () -> usage().bytes());
  }

  @Override
  public Artifact put(Path file) {
    ContentParts content = ContentParts.of(file, PART_BYTES);
    String key = Artifact.keyOf(content.sha256());
    try {
      if (bucket.size(key).filter(size -> size == content.sizeBytes()).isEmpty()) {
        upload(content, key);
      }
    } catch (S3Failure e) {
      throw S3Errors.translate(bucket.target(), "a PUT", e.getCause());
    }
    return artifact(content.sha256(), content.sizeBytes());
  }

  @Override
  public Artifact put(InputStream content) {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"));
    try (StagedUpload intake = StagedUpload.of(content, directory, quota.limitBytes())) {
      return put(intake.file());
    }
  }

  @Override
  public void download(Artifact artifact, Path target) {
    try {
      VerifiedDownload.intoFile(artifact, () -> open(artifact), target);
    } catch (IOException e) {
      throw S3Errors.translate(bucket.target(), "a GET of " + artifact.uri(), e);
    }
  }

  @Override
  public byte[] read(Artifact artifact) {
    try {
      return VerifiedDownload.intoMemory(artifact, () -> open(artifact));
    } catch (IOException e) {
      throw S3Errors.translate(bucket.target(), "a GET of " + artifact.uri(), e);
    }
  }

  @Override
  public Optional<Artifact> find(String sha256) {
    Artifact wanted = artifact(sha256, 0);
    try {
      return bucket.size(Artifact.keyOf(wanted.sha256())).map(size -> artifact(sha256, size));
    } catch (S3Failure e) {
      throw S3Errors.translate(bucket.target(), "a HEAD", e.getCause());
    }
  }

  /**
   * Counts what is stored, page by page.
   *
   * @return objects and their bytes
   * @throws UnavailableException when the server does not answer
   */
  public Usage usage() {
    try {
      return bucket.usage();
    } catch (S3Failure e) {
      throw S3Errors.translate(bucket.target(), "a listing", e.getCause());
    }
  }

  @Override
  public void close() {
    bucket.close();
  }

  Bucket bucket() {
    return bucket;
  }

  private void upload(ContentParts content, String key) throws S3Failure {
    try (Quota.Reservation room = quota.reserve(content.sizeBytes())) {
      new Upload(bucket, content, key).run();
      long stored = bucket.size(key).orElse(-1L);
      if (stored != content.sizeBytes()) {
        throw new UnavailableException(
            bucket.target().label()
                + " held "
                + stored
                + " bytes of "
                + key
                + " after an upload but must hold "
                + content.sizeBytes()
                + "; put it again, and check the server when that repeats");
      }
      room.stored();
    }
  }

  private InputStream open(Artifact artifact) throws IOException {
    try {
      return bucket.open(Artifact.keyOf(artifact.sha256()));
    } catch (S3Failure e) {
      if (S3Errors.isMissing(e.getCause())) {
        throw new CorruptDataException(
            "artifact "
                + artifact.uri()
                + " was missing from "
                + bucket.target().label()
                + " (HTTP 404 NoSuchKey) but must be stored there; restore it from a backup or"
                + " store it again",
            e.getCause());
      }
      throw S3Errors.translate(bucket.target(), "a GET of " + artifact.uri(), e.getCause());
    }
  }

  private Artifact artifact(String sha256, long sizeBytes) {
    String key = sha256.length() == 64 ? Artifact.keyOf(sha256) : sha256;
    return new Artifact("s3://" + bucket.target().bucket() + "/" + key, sha256, sizeBytes);
  }
}
