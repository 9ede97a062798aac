package dev.mlinfra.storage.internal.s3;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.OnFirstUse;
import dev.mlinfra.storage.internal.content.Usage;
import io.minio.AbortMultipartUploadArgs;
import io.minio.GetObjectArgs;
import io.minio.HeadBucketArgs;
import io.minio.HeadBucketResponse;
import io.minio.HeadObjectArgs;
import io.minio.ListMultipartUploadsArgs;
import io.minio.ListObjectsV2Args;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.messages.Contents;
import io.minio.messages.ListBucketResultV2;
import io.minio.messages.ListMultipartUploadsResult;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The calls that are needed of an S3 server, each waited for; its time-outs end every wait. */
final class Bucket implements AutoCloseable {
  private static final String PREFIX = "sha256/";
  private static final int PAGE = 1_000;

  private final S3Target target;
  private final OnFirstUse<S3Driver> driver;

  /** Makes one without asking the server anything; the driver is loaded for the first call. */
  Bucket(S3Target target) {
    this.target = target;
    this.driver = new OnFirstUse<>(() -> S3Driver.of(target), made -> made.close());
  }

  S3Target target() {
    return target;
  }

  /** For calls that move no artifact. */
  MinioAsyncClient calls() {
    return driver().calls();
  }

  /** For artifacts and their parts. */
  MinioAsyncClient transfers() {
    return driver().transfers();
  }

  /** For a call that minio-java does not have. */
  Response send(Request request) throws IOException {
    S3Http http = Objects.requireNonNull(driver().http(), "a client of our own");
    return http.calls().newCall(request).execute();
  }

  HeadBucketResponse head() throws S3Failure {
    return await(
        () -> calls().headBucket(HeadBucketArgs.builder().bucket(target.bucket()).build()));
  }

  void make() throws S3Failure {
    await(() -> calls().makeBucket(MakeBucketArgs.builder().bucket(target.bucket()).build()));
  }

  Optional<Long> size(String key) throws S3Failure {
    try {
      return Optional.of(
          await(
                  () ->
                      calls()
                          .headObject(
                              HeadObjectArgs.builder().bucket(target.bucket()).object(key).build()))
              .size());
    } catch (S3Failure e) {
      if (S3Errors.isMissing(e.getCause())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  InputStream open(String key) throws S3Failure {
    return await(
        () ->
            transfers()
                .getObject(GetObjectArgs.builder().bucket(target.bucket()).object(key).build()));
  }

  Usage usage() throws S3Failure {
    long objects = 0;
    long bytes = 0;
    String from = null;
    do {
      ListBucketResultV2 page = page(from);
      for (Contents object : page.contents()) {
        objects++;
        bytes += object.size();
      }
      from = page.isTruncated() ? page.nextContinuationToken() : null;
    } while (from != null);
    return new Usage(objects, bytes);
  }

  /** Uploads that were begun and neither completed nor aborted, at most a page of them. */
  List<ListMultipartUploadsResult.Upload> unfinished() throws S3Failure {
    return await(
            () ->
                calls()
                    .listMultipartUploads(
                        ListMultipartUploadsArgs.builder()
                            .bucket(target.bucket())
                            .prefix(PREFIX)
                            .build()))
        .result()
        .uploads();
  }

  void abort(String key, String uploadId) throws S3Failure {
    await(
        () ->
            calls()
                .abortMultipartUpload(
                    AbortMultipartUploadArgs.builder()
                        .bucket(target.bucket())
                        .object(key)
                        .uploadId(uploadId)
                        .build()));
  }

  @Override
  public void close() {
    driver.close();
  }

  /** Waits for a call and hands out what it failed with, undisguised. */
  static <T> T await(Supplier<CompletableFuture<T>> call) throws S3Failure {
    CompletableFuture<T> future = null;
    try {
      future = call.get();
      return future.get();
    } catch (ExecutionException e) {
      throw new S3Failure(S3Errors.unwrap(e));
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new UnavailableException(
          "S3 call was interrupted but must be waited for; call again in a thread that goes on", e);
    }
  }

  private ListBucketResultV2 page(@Nullable String from) throws S3Failure {
    ListObjectsV2Args.Builder args =
        ListObjectsV2Args.builder().bucket(target.bucket()).prefix(PREFIX).maxKeys(PAGE);
    if (from != null) {
      args.continuationToken(from);
    }
    return await(() -> calls().listObjectsV2(args.build())).result();
  }

  private S3Driver driver() {
    return driver.get("a call to " + target.label());
  }
}
