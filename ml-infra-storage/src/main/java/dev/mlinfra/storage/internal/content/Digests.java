package dev.mlinfra.storage.internal.content;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256, which every Java platform has. */
public final class Digests {
  /** Buffer for copies: large enough that the digest, not the call, is what costs. */
  public static final int BUFFER_BYTES = 128 * 1024;

  private Digests() {}

  /**
   * Starts a digest.
   *
   * @return a new SHA-256
   */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Ends a digest.
   *
   * @param digest what has seen all bytes; reset afterwards
   * @return lower-case hex
   */
  public static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
