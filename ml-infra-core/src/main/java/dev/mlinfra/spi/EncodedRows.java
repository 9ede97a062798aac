package dev.mlinfra.spi;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Rows in the form in which the store takes them, one after the other. Not copied, so neither side
 * may change the arrays; not thread-safe.
 *
 * @since 0.1
 */
public final class EncodedRows {
  private final byte[] bytes;
  private final int[] ends;

  /**
   * Wraps rows.
   *
   * @param bytes all rows, and perhaps unused space behind them
   * @param ends where each row ends, growing; the first row starts at 0
   * @since 0.1
   */
  public EncodedRows(byte[] bytes, int[] ends) {
    this.bytes = Objects.requireNonNull(bytes, "bytes");
    this.ends = Objects.requireNonNull(ends, "ends");
  }

  /**
   * Returns the rows, of which the first {@link #length} bytes count.
   *
   * @return the array itself
   * @since 0.1
   */
  public byte[] bytes() {
    return bytes;
  }

  /**
   * Returns how many bytes all rows have.
   *
   * @return 0 when there is no row
   * @since 0.1
   */
  public int length() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  /**
   * Returns how many rows there are.
   *
   * @return 0 or more
   * @since 0.1
   */
  public int count() {
    return ends.length;
  }

  /**
   * Returns where a row starts.
   *
   * @param row from 0
   * @return an index into the bytes
   * @since 0.1
   */
  public int start(int row) {
    return row == 0 ? 0 : ends[row - 1];
  }

  /**
   * Returns where a row ends.
   *
   * @param row from 0
   * @return an index into the bytes, exclusive
   * @since 0.1
   */
  public int end(int row) {
    return ends[row];
  }

  /**
   * Copies some of the rows.
   *
   * @param from the first
   * @param to the one after the last
   * @return rows of their own
   * @since 0.1
   */
  public EncodedRows slice(int from, int to) {
    int start = start(from);
    int[] shifted = new int[to - from];
    for (int row = from; row < to; row++) {
      shifted[row - from] = ends[row] - start;
    }
    return new EncodedRows(Arrays.copyOfRange(bytes, start, start(to)), shifted);
  }

  /**
   * Puts rows behind each other.
   *
   * @param parts in their order
   * @return the only part itself, else rows of their own
   * @since 0.1
   */
  public static EncodedRows concat(List<EncodedRows> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    byte[] bytes = new byte[parts.stream().mapToInt(EncodedRows::length).reduce(0, Math::addExact)];
    int[] ends = new int[parts.stream().mapToInt(EncodedRows::count).sum()];
    int start = 0;
    int row = 0;
    for (EncodedRows part : parts) {
      System.arraycopy(part.bytes, 0, bytes, start, part.length());
      for (int end : part.ends) {
        ends[row++] = start + end;
      }
      start += part.length();
    }
    return new EncodedRows(bytes, ends);
  }
}
