package dev.mlinfra.artifact;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.Faults;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Where some bytes are and how to recognise them. Immutable.
 *
 * @param uri where the store keeps them, as {@code s3://bucket/sha256/ab/...}
 * @param sha256 their SHA-256, 64 lower-case hex digits
 * @param sizeBytes their length
 * @since 0.1
 */
public record Artifact(String uri, String sha256, long sizeBytes) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /**
   * Checks the digest and the size.
   *
   * @throws InvalidInputException when the digest is not one or the size is negative
   * @since 0.1
   */
  public Artifact {
    Objects.requireNonNull(uri, "uri");
    Objects.requireNonNull(sha256, "sha256");
    if (!SHA256.matcher(sha256).matches()) {
      throw new InvalidInputException(
          Faults.line(
              "artifact.sha256", sha256, "must be 64 lower-case hex digits", "pass a SHA-256"));
    }
    new Faults().range("artifact.sizeBytes", sizeBytes, 0, Long.MAX_VALUE).refuseIfAny();
  }

  /**
   * Returns the key under which every store keeps bytes of a digest.
   *
   * @param sha256 64 lower-case hex digits
   * @return a relative path, {@code sha256/<2 digits>/<64 digits>}
   * @since 0.1
   */
  public static String keyOf(String sha256) {
    return "sha256/" + sha256.substring(0, 2) + "/" + sha256;
  }
}
