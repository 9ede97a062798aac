package dev.mlinfra.decision;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Ids that sort by time: UUID version 7 of RFC 9562. Thread-safe, without locks, never blocking.
 *
 * @since 0.1
 */
public final class DecisionIds {
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long MAX_MILLIS = (1L << 48) - 1;
  private static final ThreadLocal<SplittableRandom> RANDOM =
      ThreadLocal.withInitial(() -> new SplittableRandom(new SecureRandom().nextLong()));

  private DecisionIds() {}

  /**
   * Makes a new id for a decision taken at a time.
   *
   * @param at the time; only its milliseconds enter; a time outside of the years 1970 to 10888
   *     counts as the nearest of them
   * @return a version 7 UUID with 74 random bits
   * @since 0.1
   */
  public static UUID at(Instant at) {
    SplittableRandom random = RANDOM.get();
    return version7(at, random.nextLong(), random.nextLong());
  }

  /**
   * Makes the id that a name always gets, so that a replay of the same decisions stores each once.
   *
   * @param at the time of the decision
   * @param name what makes it unique, as {@code bts/4711}
   * @return a version 7 UUID whose random bits are the SHA-256 of the name
   * @since 0.1
   */
  public static UUID named(Instant at, String name) {
    byte[] digest = sha256(name);
    return version7(at, longAt(digest, 0), longAt(digest, 8));
  }

  /** An id made of a name, beside another id in time, so that it lies near it in an index. */
  static UUID near(UUID other, String name) {
    return named(Instant.ofEpochMilli(other.getMostSignificantBits() >>> 16), name);
  }

  private static UUID version7(Instant at, long a, long b) {
    long millis = millisWithin48Bits(at);
    return new UUID((millis << 16) | VERSION_7 | (a & 0xFFF), VARIANT | (b >>> 2));
  }

  private static long millisWithin48Bits(Instant at) {
    if (at.getEpochSecond() < 0) {
      return 0;
    }
    return at.getEpochSecond() > MAX_MILLIS / 1_000
        ? MAX_MILLIS
        : Math.min(at.toEpochMilli(), MAX_MILLIS);
  }

  private static byte[] sha256(String name) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private static long longAt(byte[] bytes, int from) {
    long value = 0;
    for (int i = from; i < from + Long.BYTES; i++) {
      value = (value << 8) | (bytes[i] & 0xFF);
    }
    return value;
  }
}
