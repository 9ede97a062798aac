package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.BucketAdmin;
import io.minio.HeadBucketResponse;
import java.time.Clock;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the bucket where it is missing, and limits it on the server where the server can. */
public final class BucketSetup implements BucketAdmin {
  private static final Logger LOG = LoggerFactory.getLogger(BucketSetup.class);
  private static final Set<String> MADE_BY_ANOTHER =
      Set.of("BucketAlreadyOwnedByYou", "BucketAlreadyExists");

  private final Bucket bucket;
  private final long quotaBytes;
  private final Clock clock;

  /**
   * Makes one without asking the server anything.
   *
   * @param store whose bucket it is
   * @param quotaBytes what the server shall allow
   * @param clock for the age of leftovers
   */
  public BucketSetup(S3Store store, long quotaBytes, Clock clock) {
    this.bucket = store.bucket();
    this.quotaBytes = quotaBytes;
    this.clock = clock;
  }

  @Override
  public void ensure() {
    try {
      String quota =
          headOrMake()
              ? new MinioQuota(bucket, clock).ensure(quotaBytes)
              : "of "
                  + quotaBytes
                  + " bytes is kept by counting only, since the server is no MinIO";
      LOG.info("{}: quota {}", bucket.target().label(), quota);
      new AbandonedUploads(bucket).sweep(clock.instant());
    } catch (S3Failure e) {
      throw refused(e);
    }
  }

  /** Returns whether the server is a MinIO, which alone has the quota call. */
  private boolean headOrMake() throws S3Failure {
    try {
      return isMinio(bucket.head());
    } catch (S3Failure e) {
      if (S3Errors.status(e.getCause()) != 404) {
        throw e;
      }
    }
    try {
      bucket.make();
    } catch (S3Failure e) {
      if (!MADE_BY_ANOTHER.contains(S3Errors.code(e.getCause()))) {
        throw e;
      }
    }
    return isMinio(bucket.head());
  }

  private RuntimeException refused(S3Failure failure) {
    Throwable cause = failure.getCause();
    int status = S3Errors.status(cause);
    if (S3Errors.isDenied(cause)) {
      return new ConfigException(
          "objectstorage "
              + bucket.target().label()
              + " answered "
              + S3Errors.describe(cause)
              + " but must let these credentials use it; check access key, secret key, policy and"
              + " the clock, or choose another bucket name",
          cause);
    }
    if (status >= 300 && status < 500 && status != 408 && status != 429) {
      return new ConfigException(
          "objectstorage "
              + bucket.target().label()
              + " answered "
              + S3Errors.describe(cause)
              + " but must be a bucket of an S3 server; check url, region and bucket",
          cause);
    }
    return S3Errors.translate(bucket.target(), "the set-up of the bucket", cause);
  }

  private static boolean isMinio(HeadBucketResponse response) {
    String server = response.headers().get("Server");
    return server != null && server.startsWith("MinIO");
  }
}
