package dev.mlinfra.redis.internal;

import java.util.Comparator;

/**
 * The id of a stream entry.
 *
 * @param millis the server's time, unsigned
 * @param sequence among the entries of a millisecond, unsigned
 */
record StreamId(long millis, long sequence) implements Comparable<StreamId> {
  static final StreamId ZERO = new StreamId(0, 0);
  private static final Comparator<StreamId> ORDER =
      Comparator.comparing(StreamId::millis, Long::compareUnsigned)
          .thenComparing(StreamId::sequence, Long::compareUnsigned);

  static StreamId parse(String id) {
    int dash = id.indexOf('-');
    return new StreamId(
        Long.parseUnsignedLong(id.substring(0, dash)),
        Long.parseUnsignedLong(id.substring(dash + 1)));
  }

  /** The id right before this one. */
  StreamId previous() {
    if (sequence != 0) {
      return new StreamId(millis, sequence - 1);
    }
    return millis == 0 ? ZERO : new StreamId(millis - 1, -1);
  }

  @Override
  public int compareTo(StreamId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
  }
}
