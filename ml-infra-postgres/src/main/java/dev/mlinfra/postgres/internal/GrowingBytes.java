package dev.mlinfra.postgres.internal;

import java.util.Arrays;

/** Bytes in memory. Not thread-safe. */
final class GrowingBytes implements ByteSink {
  private byte[] bytes = new byte[64 << 10];
  private int size;

  @Override
  public void write(byte[] more, int from, int length) {
    int needed = Math.addExact(size, length);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * size, 1 << 30)));
    }
    System.arraycopy(more, from, bytes, size, length);
    size = needed;
  }

  /** The array itself, which may be longer than what was written. */
  byte[] array() {
    return bytes;
  }
}
