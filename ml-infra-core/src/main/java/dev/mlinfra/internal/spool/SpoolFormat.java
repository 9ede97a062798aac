package dev.mlinfra.internal.spool;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * PostgreSQL's binary COPY file format, with a table of the rows in its header extension, which
 * PostgreSQL skips: start, end and CRC-32C of each. So a damaged file still gives every row that is
 * whole. All numbers are big-endian.
 *
 * @see <a href="https://www.postgresql.org/docs/17/sql-copy.html">COPY, file formats, binary</a>
 */
final class SpoolFormat {
  static final int ENTRY_BYTES = 3 * Integer.BYTES;
  static final short TRAILER = -1;

  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
  };
  private static final int HEADER_BYTES = SIGNATURE.length + 2 * Integer.BYTES;

  private SpoolFormat() {}

  /** How many bytes come before the first row. */
  static long headBytes(int rows) {
    return HEADER_BYTES + (long) rows * ENTRY_BYTES;
  }

  /** What comes before the first row, but for the table, whose entries are put next. */
  static ByteBuffer head(int rows) {
    return ByteBuffer.allocate(Math.toIntExact(headBytes(rows)))
        .put(SIGNATURE)
        .putInt(0)
        .putInt(rows * ENTRY_BYTES);
  }

  static int checksum(CRC32C crc, byte[] bytes, int from, int length) {
    crc.reset();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Where the entry of a row is in what comes before the first one. */
  static int entry(int row) {
    return HEADER_BYTES + row * ENTRY_BYTES;
  }
}
