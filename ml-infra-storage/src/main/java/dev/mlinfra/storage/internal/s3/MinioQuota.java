package dev.mlinfra.storage.internal.s3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mlinfra.storage.internal.content.Digests;
import io.minio.Http;
import io.minio.Signer;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * MinIO's own bucket quota, which no other S3 server has. It is a second line: the count before
 * each put stays in force, since MinIO notices what was stored with delay.
 */
final class MinioQuota {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MediaType JSON_TYPE = MediaType.get("application/json");
  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Bucket bucket;
  private final Clock clock;

  MinioQuota(Bucket bucket, Clock clock) {
    this.bucket = bucket;
    this.clock = clock;
  }

  /** Sets the quota unless an operator did, and says what is in force; never throws. */
  String ensure(long quotaBytes) {
    S3Server server = bucket.target().server();
    if (server == null) {
      return "is kept by counting only, since the host's client has no call for the server's own";
    }
    try {
      long present = get(server);
      if (present > 0) {
        return "of " + present + " bytes is kept by the server";
      }
      call(
          server,
          "PUT",
          "set-bucket-quota",
          JSON.createObjectNode().put("quota", quotaBytes).put("quotatype", "hard").toString());
      return "of " + quotaBytes + " bytes was set on the server";
    } catch (IOException | MinioException e) {
      return "is kept by counting only, since the server refused its own (" + e.getMessage() + ")";
    }
  }

  private long get(S3Server server) throws IOException, MinioException {
    JsonNode quota = JSON.readTree(call(server, "GET", "get-bucket-quota", null));
    return Math.max(quota.path("quota").asLong(), quota.path("size").asLong());
  }

  private String call(S3Server server, String method, String name, @Nullable String json)
      throws IOException, MinioException {
    HttpUrl url =
        HttpUrl.get(server.url())
            .newBuilder()
            .addPathSegments("minio/admin/v3/" + name)
            .addQueryParameter("bucket", bucket.target().bucket())
            .build();
    byte[] body = (json == null ? "" : json).getBytes(StandardCharsets.UTF_8);
    MessageDigest digest = Digests.sha256();
    digest.update(body);
    String sha256 = Digests.hex(digest);
    Request request =
        new Request.Builder()
            .url(url)
            .method(method, json == null ? null : RequestBody.create(body, JSON_TYPE))
            .header("Host", hostOf(url))
            .header("Accept-Encoding", "identity") // else what is unpacked has no bound
            .header(Http.Headers.X_AMZ_CONTENT_SHA256, sha256)
            .header(Http.Headers.X_AMZ_DATE, AMZ_DATE.format(clock.instant()))
            .build();
    Request signed =
        Signer.signV4S3(
            request,
            server.region(),
            server.accessKey().reveal(),
            server.secretKey().reveal(),
            sha256);
    try (Response response = bucket.send(signed)) {
      if (!response.isSuccessful()) {
        throw new IOException("HTTP " + response.code());
      }
      return Objects.requireNonNull(response.body()).string();
    }
  }

  private static String hostOf(HttpUrl url) {
    boolean usual = url.port() == HttpUrl.defaultPort(url.scheme());
    return usual ? url.host() : url.host() + ":" + url.port();
  }
}
