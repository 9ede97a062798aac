package dev.mlinfra.storage.internal.s3;

import io.minio.messages.ListMultipartUploadsResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads that a killed process left half done: nobody sees them, but they take room on the server.
 * Some servers sweep them by themselves or cannot list them, so this is a help and no duty.
 */
final class AbandonedUploads {
  private static final Logger LOG = LoggerFactory.getLogger(AbandonedUploads.class);
  private static final Duration AGE = Duration.ofDays(1);

  private final Bucket bucket;

  AbandonedUploads(Bucket bucket) {
    this.bucket = bucket;
  }

  void sweep(Instant now) {
    try {
      List<ListMultipartUploadsResult.Upload> uploads = bucket.unfinished();
      for (ListMultipartUploadsResult.Upload upload : uploads) {
        if (upload.initiated().toInstant().isBefore(now.minus(AGE))) {
          bucket.abort(
              Objects.requireNonNull(upload.objectName()),
              Objects.requireNonNull(upload.uploadId()));
        }
      }
    } catch (S3Failure e) {
      LOG.info(
          "{}: unfinished uploads were not swept ({})",
          bucket.target().label(),
          S3Errors.describe(e.getCause()));
    }
  }
}
