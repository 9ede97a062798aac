package dev.mlinfra.internal.buffer;

import java.util.UUID;

/** Decides by hash of an id, so that a decision and its feedback share their fate. */
record Sampler(double rate) {
  private static final int MOST_HALVINGS = 20;

  /** Keeps a share of what it keeps anyway. */
  boolean keeps(UUID id, double share) {
    return place(id) < rate * share;
  }

  /** What to keep when that part of the room is used: all up to half of it, then ever less. */
  static double shareAt(double used) {
    double free = 1 - used;
    if (free >= 0.5) {
      return 1;
    }
    int halvings = free <= 0 ? MOST_HALVINGS : -Math.getExponent(free) - 1;
    return Math.scalb(1.0, -Math.min(halvings, MOST_HALVINGS));
  }

  /** In [0, 1). The finaliser of SplitMix64 spreads ids whose high bits are a time. */
  private static double place(UUID id) {
    long z = id.getMostSignificantBits() * 31 + id.getLeastSignificantBits();
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1.0p-53;
  }
}
