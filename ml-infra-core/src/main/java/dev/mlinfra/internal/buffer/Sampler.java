package dev.mlinfra.internal.buffer;

import java.util.UUID;

/** Decides by hash of an id, so that a decision and its feedback share their fate. */
record Sampler(double rate) {
  /** The finaliser of SplitMix64 spreads ids whose high bits are a time. */
  boolean keeps(UUID id) {
    if (rate >= 1) {
      return true;
    }
    long z = id.getMostSignificantBits() * 31 + id.getLeastSignificantBits();
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 11) * 0x1.0p-53 < rate;
  }
}
