package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * PostgreSQL's binary COPY file format, with a table of the rows in its header extension, which
 * PostgreSQL skips: start, end and CRC-32C of each. So a damaged file still gives every row that is
 * whole. All numbers are big-endian.
 *
 * @see <a href="https://www.postgresql.org/docs/17/sql-copy.html">COPY, file formats, binary</a>
 */
final class SpoolFormat {
  private static final byte[] SIGNATURE = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
  };
  private static final int HEADER_BYTES = SIGNATURE.length + 2 * Integer.BYTES;
  private static final int ENTRY_BYTES = 3 * Integer.BYTES;
  private static final short TRAILER = -1;

  private SpoolFormat() {}

  /** The whole file. */
  static ByteBuffer encode(EncodedRows rows) {
    int table = rows.count() * ENTRY_BYTES;
    ByteBuffer file =
        ByteBuffer.allocate(Math.addExact(HEADER_BYTES + table + Short.BYTES, rows.length()));
    file.put(SIGNATURE).putInt(0).putInt(table);
    for (int row = 0; row < rows.count(); row++) {
      int start = rows.start(row);
      int end = rows.end(row);
      file.putInt(start).putInt(end).putInt(checksum(rows.bytes(), start, end - start));
    }
    return file.put(rows.bytes(), 0, rows.length()).putShort(TRAILER).flip();
  }

  private static int checksum(byte[] bytes, int from, int length) {
    return checksum(ByteBuffer.wrap(bytes, from, length));
  }

  /** CRC-32C of what is left in a buffer, which stays as it is. */
  static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /** Every row that is whole, of a file that should hold that many. */
  static EncodedRows decode(byte[] file, int rows) {
    int base = HEADER_BYTES + rows * ENTRY_BYTES;
    ByteBuffer in = ByteBuffer.wrap(file);
    byte[] whole = new byte[Math.max(0, file.length - base)];
    int[] ends = new int[rows];
    int count = 0;
    int size = 0;
    for (int row = 0; row < rows; row++) {
      int entry = HEADER_BYTES + row * ENTRY_BYTES;
      if (entry + ENTRY_BYTES > file.length) {
        break;
      }
      int start = in.getInt(entry);
      int length = in.getInt(entry + Integer.BYTES) - start;
      int checksum = in.getInt(entry + 2 * Integer.BYTES);
      boolean inside = start >= 0 && length > 0 && start <= file.length - base - (long) length;
      if (inside
          && length <= whole.length - size
          && checksum(file, base + start, length) == checksum) {
        System.arraycopy(file, base + start, whole, size, length);
        size += length;
        ends[count++] = size;
      }
    }
    return new EncodedRows(whole, Arrays.copyOf(ends, count));
  }
}
