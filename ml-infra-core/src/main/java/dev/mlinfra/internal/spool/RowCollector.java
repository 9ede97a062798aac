package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** The rows of files, one file behind the other. Not thread-safe. */
final class RowCollector {
  private static final int CHUNK_BYTES = 256 << 10;

  /** No process could have written more at once. */
  private static final long MAX_BYTES =
      Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 2);

  private final CRC32C crc = new CRC32C();
  private byte[] bytes = new byte[0];
  private int[] ends = new int[0];
  private int size;
  private int count;

  /** Makes room for files of that many bytes together, so that it is made once. */
  RowCollector(long bytes, long rows) {
    ensure(bytes, Math.min(rows, bytes / SpoolFormat.ENTRY_BYTES));
  }

  /** Reads a file that should hold that many rows, and returns how many of them are whole. */
  int add(SeekableByteChannel file, int rows) throws IOException {
    long length = file.size() - SpoolFormat.headBytes(rows);
    if (length <= 0 || size + length > MAX_BYTES) {
      return 0; // cut before its first row, or not ours
    }
    ensure(size + length, (long) count + rows);
    ByteBuffer head = ByteBuffer.allocate(Math.toIntExact(SpoolFormat.headBytes(rows)));
    fill(file, head);
    return keepWhole(head, rows, fill(file, ByteBuffer.wrap(bytes, size, (int) length)));
  }

  /** All of them; nothing may be added any more. */
  EncodedRows rows() {
    return new EncodedRows(bytes, ends.length == count ? ends : Arrays.copyOf(ends, count));
  }

  /** Moves rows down over those that are not whole. */
  private int keepWhole(ByteBuffer head, int rows, int length) {
    int from = size;
    int before = count;
    for (int row = 0; row < rows; row++) {
      int entry = SpoolFormat.entry(row);
      int start = head.getInt(entry);
      int rowLength = head.getInt(entry + Integer.BYTES) - start;
      boolean inside = start >= size - from && rowLength > 0 && start <= (long) length - rowLength;
      if (inside
          && SpoolFormat.checksum(crc, bytes, from + start, rowLength)
              == head.getInt(entry + 2 * Integer.BYTES)) {
        if (from + start != size) {
          System.arraycopy(bytes, from + start, bytes, size, rowLength);
        }
        size += rowLength;
        ends[count++] = size;
      }
    }
    return count - before;
  }

  private void ensure(long neededBytes, long neededRows) {
    if (neededBytes > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.toIntExact(neededBytes));
    }
    if (neededRows > ends.length) {
      ends = Arrays.copyOf(ends, Math.toIntExact(neededRows));
    }
  }

  /** Reads in pieces, since each is copied through memory outside of the heap of its size. */
  private static int fill(SeekableByteChannel file, ByteBuffer into) throws IOException {
    int start = into.position();
    int end = into.limit();
    int read = 0;
    while (read >= 0 && into.position() < end) {
      into.limit(Math.min(end, into.position() + CHUNK_BYTES));
      read = file.read(into);
    }
    return into.position() - start;
  }
}
