package dev.mlinfra.internal.buffer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many rows and bytes a buffer may still take. Rings borrow a part at a time, so that threads
 * of different rings seldom meet in one counter; what all have together never exceeds the bounds.
 * An amount of rows and bytes is one {@code long}, so that one exchange moves both.
 */
final class CapacityBudget {
  static final int BYTE_BITS = 39;
  static final long NOTHING = -1;
  private static final long MOST_BYTES = (1L << BYTE_BITS) - 1;
  private static final int LOANS = 64;

  private final int maxRows;
  private final long maxBytes;
  private final AtomicLong free;

  CapacityBudget(int maxRows, long maxBytes) {
    this.maxRows = maxRows;
    this.maxBytes = Math.min(maxBytes, MOST_BYTES);
    this.free = new AtomicLong(amount(maxRows, this.maxBytes));
  }

  static long rows(long amount) {
    return amount >>> BYTE_BITS;
  }

  static long bytes(long amount) {
    return amount & MOST_BYTES;
  }

  /**
   * Lends what is short for one more row, or {@link #NOTHING} when there is not enough.
   *
   * @param hadRows what the borrower has
   * @param bytes of the row
   */
  long lend(long hadRows, long hadBytes, int bytes) {
    while (true) {
      long left = free.get();
      long moreRows = hadRows > 0 ? 0 : Math.min(rows(left), Math.max(1, maxRows / LOANS));
      long moreBytes =
          hadBytes >= bytes ? 0 : Math.min(bytes(left), Math.max(bytes, maxBytes / LOANS));
      if (hadRows + moreRows < 1 || hadBytes + moreBytes < bytes) {
        return NOTHING;
      }
      long more = amount(moreRows, moreBytes);
      if (free.compareAndSet(left, left - more)) {
        return more;
      }
    }
  }

  boolean isMoreThanALoan(int bytes) {
    return bytes > maxBytes / LOANS;
  }

  void release(long rows, long bytes) {
    free.addAndGet(amount(rows, bytes));
  }

  /** The bytes that are taken or lent. */
  long takenBytes() {
    return maxBytes - bytes(free.get());
  }

  /** Which part is taken or lent, of the rows or of the bytes. */
  double used() {
    long left = free.get();
    return 1 - Math.min((double) rows(left) / maxRows, (double) bytes(left) / maxBytes);
  }

  private static long amount(long rows, long bytes) {
    return (rows << BYTE_BITS) + bytes;
  }
}
