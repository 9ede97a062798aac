package dev.mlinfra.exporter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import io.minio.Checksum;
import io.minio.Http;
import io.minio.ListObjectsV2Args;
import io.minio.ListObjectsV2Response;
import io.minio.MinioAsyncClient;
import io.minio.Signer;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.MinioException;
import io.minio.errors.ServerException;
import io.minio.messages.Contents;
import io.minio.messages.ListBucketResultV2;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Whether the bucket can be listed; in detail its bytes and objects, by listing it up to a bound,
 * and its quota.
 */
final class BucketLooks implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final Pattern STATUS = Pattern.compile("Response code: ([1-9]\\d\\d)");
  private static final int PAGE = 1_000;
  private static final long MAX_ANSWER_BYTES = 32 << 20;

  private final StorageOptions options;
  private final Clock clock;
  private final OkHttpClient http;
  private final MinioAsyncClient quick;
  private final MinioAsyncClient patient;

  BucketLooks(StorageOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    Duration longest = options.pace().timeout().multipliedBy(Probe.DETAILS_TAKE);
    this.http =
        new OkHttpClient.Builder()
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(options.pace().timeout())
            .callTimeout(longest)
            .readTimeout(longest)
            .writeTimeout(longest)
            .addNetworkInterceptor(
                chain -> {
                  try (Response whole = chain.proceed(chain.request())) {
                    return whole.newBuilder().body(whole.peekBody(MAX_ANSWER_BYTES)).build();
                  }
                })
            .build();
    this.quick = client(http.newBuilder().callTimeout(options.pace().timeout()).build());
    this.patient = client(http);
  }

  private MinioAsyncClient client(OkHttpClient transport) {
    return MinioAsyncClient.builder()
        .endpoint(root())
        .region(options.region())
        .credentials(options.accessKey().reveal(), options.secretKey().reveal())
        .httpClient(transport)
        .build();
  }

  void state(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    list(quick, 1, null, deadline);
    into.add(Metric.STORAGE_LATENCY, (System.nanoTime() - start) / 1e9);
  }

  void usage(Samples into, Deadline deadline) {
    String bucket = options.bucket();
    long objects = 0;
    long bytes = 0;
    String next = null;
    int pages = 0;
    do {
      ListBucketResultV2 page = list(patient, PAGE, next, deadline);
      for (Contents object : page.contents()) {
        objects++;
        bytes += object.size();
      }
      next = page.isTruncated() ? page.nextContinuationToken() : null;
    } while (next != null && ++pages < options.maxPages());
    into.add(Metric.STORAGE_OBJECTS, objects, bucket);
    into.add(Metric.STORAGE_BYTES, bytes, bucket);
    into.flag(Metric.STORAGE_COMPLETE, next == null, bucket);
    into.add(Metric.STORAGE_QUOTA, quota(deadline).orElse(options.quotaBytes()), bucket);
  }

  private ListBucketResultV2 list(
      MinioAsyncClient client, int size, @Nullable String from, Deadline deadline) {
    ListObjectsV2Args.Builder args =
        ListObjectsV2Args.builder().bucket(options.bucket()).maxKeys(size);
    if (from != null) {
      args.continuationToken(from);
    }
    CompletableFuture<ListObjectsV2Response> listing = client.listObjectsV2(args.build());
    try {
      return listing.get(deadline.left(options.subject()).toNanos(), TimeUnit.NANOSECONDS).result();
    } catch (TimeoutException e) {
      throw deadline.timedOut(options.subject(), e);
    } catch (ExecutionException e) {
      throw failure(unwrap(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException(options.subject() + " was interrupted; probe again", e);
    } finally {
      listing.cancel(true);
    }
  }

  /** The quota that MinIO keeps; empty where there is none, or no right to ask. */
  private Optional<Long> quota(Deadline deadline) {
    HttpUrl url =
        root()
            .newBuilder()
            .addPathSegments("minio/admin/v3/get-bucket-quota")
            .addQueryParameter("bucket", options.bucket())
            .build();
    Request request =
        new Request.Builder()
            .url(url)
            .header("Host", options.url().getAuthority())
            .header("Accept-Encoding", "identity") // else what is unpacked has no bound
            .header(Http.Headers.X_AMZ_CONTENT_SHA256, Checksum.ZERO_SHA256_HASH)
            .header(Http.Headers.X_AMZ_DATE, AMZ_DATE.format(clock.instant()))
            .build();
    try {
      Request signed =
          Signer.signV4S3(
              request,
              options.region(),
              options.accessKey().reveal(),
              options.secretKey().reveal(),
              Checksum.ZERO_SHA256_HASH);
      OkHttpClient timed = http.newBuilder().callTimeout(deadline.left(options.subject())).build();
      try (Response response = timed.newCall(signed).execute()) {
        if (!response.isSuccessful()) {
          return Optional.empty();
        }
        JsonNode quota = JSON.readTree(response.body().bytes());
        long bytes = Math.max(quota.path("quota").asLong(), quota.path("size").asLong());
        return Optional.of(bytes).filter(some -> some > 0);
      }
    } catch (MinioException | IOException | MlInfraException e) {
      return Optional.empty();
    }
  }

  private MlInfraException failure(Throwable cause) {
    int status = status(cause);
    String message =
        options.subject() + " bucket '" + options.bucket() + "' answered HTTP " + status;
    if (status == 401 || status == 403) {
      return new ConfigException(
          message + "; check the keys, their right to list, and the clock", cause);
    }
    if (status == 404) {
      return new ConfigException(message + "; let a service run ensureBucket()", cause);
    }
    if (status >= 500 || status == 429) {
      return new UnavailableException(message + "; look at the server's log", cause);
    }
    if (status > 0) {
      return new CorruptDataException(
          message + " but must answer 200; check objectstorage.url", cause);
    }
    return cause instanceof IOException
        ? new UnavailableException(
            options.subject()
                + " could not be reached ("
                + cause.getMessage()
                + "); check that the server runs and its address",
            cause)
        : new CorruptDataException(
            options.subject()
                + " answered no listing but must speak S3; check objectstorage.url, MinIO's API is"
                + " on 9000 and its console on 9001",
            cause);
  }

  private static int status(Throwable cause) {
    if (cause instanceof ErrorResponseException e) {
      return e.response().code();
    }
    if (cause instanceof InvalidResponseException) { // of a proxy, say, in HTML
      Matcher found = STATUS.matcher(String.valueOf(cause.getMessage()));
      return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }
    return cause instanceof ServerException s ? s.statusCode() : 0;
  }

  /** minio-java puts what an answer failed with into an exception of no kind. */
  private static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null
        && (cause instanceof ExecutionException
            || cause instanceof CompletionException
            || cause.getClass() == MinioException.class)) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Buckets are addressed by a path below it. */
  private HttpUrl root() {
    return HttpUrl.get(options.url().getScheme() + "://" + options.url().getAuthority());
  }

  @Override
  public void close() {
    http.dispatcher().cancelAll();
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
