package dev.mlinfra.monitoring.exporter;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signature version 4 of a GET without a body. */
final class S3Signature {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";

  private S3Signature() {}

  /** The URL of a path under the root, its query in the order that is signed. */
  static URI url(URI root, String path, Map<String, String> query) {
    String base = root.getScheme() + "://" + root.getAuthority();
    return URI.create(base + path + (query.isEmpty() ? "" : "?" + canonical(query)));
  }

  /** The headers to send, beside Host. */
  static SortedMap<String, String> headers(URI url, StorageOptions options, Instant now) {
    String stamp = STAMP.format(now);
    String day = stamp.substring(0, 8);
    String empty = hex(sha256(""));
    String host = url.getAuthority();
    String request =
        String.join(
            "\n",
            "GET",
            url.getRawPath(),
            url.getRawQuery() == null ? "" : url.getRawQuery(),
            "host:" + host,
            "x-amz-content-sha256:" + empty,
            "x-amz-date:" + stamp,
            "",
            SIGNED,
            empty);
    String scope = day + "/" + options.region() + "/s3/aws4_request";
    String toSign = "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex(sha256(request));
    byte[] key = ("AWS4" + options.secretKey().reveal()).getBytes(StandardCharsets.UTF_8);
    for (String part : new String[] {day, options.region(), "s3", "aws4_request"}) {
      key = hmac(key, part);
    }
    SortedMap<String, String> headers = new TreeMap<>();
    headers.put("x-amz-content-sha256", empty);
    headers.put("x-amz-date", stamp);
    headers.put(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(options.accessKey().reveal(), scope, SIGNED, hex(hmac(key, toSign))));
    return headers;
  }

  private static String canonical(Map<String, String> query) {
    return new TreeMap<>(query)
        .entrySet().stream()
            .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
            .collect(Collectors.joining("&"));
  }

  private static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has HmacSHA256", e);
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
