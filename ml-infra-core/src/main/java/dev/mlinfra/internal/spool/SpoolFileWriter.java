package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;

/**
 * A file while it is written. The disk begins with a long one before all of its rows are encoded.
 * Not thread-safe.
 */
final class SpoolFileWriter implements AutoCloseable {
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int SYNC_AHEAD_BYTES = 2 << 20;

  private final CRC32C crc = new CRC32C();
  private final FileChannel channel;
  private final DiskExecutor ahead;
  private final int rows;
  private final ByteBuffer head;
  private Optional<Future<?>> sync = Optional.empty();
  private int rowBytes;
  private int syncedBytes;

  private SpoolFileWriter(FileChannel channel, int rows, DiskExecutor ahead) throws IOException {
    this.channel = channel;
    this.rows = rows;
    this.ahead = ahead;
    this.head = SpoolFormat.head(rows);
    channel.position(head.capacity());
  }

  /** Begins a file of exactly that many rows. */
  static SpoolFileWriter begin(Path file, int rows, DiskExecutor ahead) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of( // what a disk that refused left may stand in its place
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            OwnerOnly.file());
    return new SpoolFileWriter(channel, rows, ahead);
  }

  void add(EncodedRows more) throws IOException {
    for (int row = 0; row < more.count(); row++) {
      int start = more.start(row);
      int end = more.end(row);
      head.putInt(Math.addExact(rowBytes, start))
          .putInt(Math.addExact(rowBytes, end))
          .putInt(SpoolFormat.checksum(crc, more.bytes(), start, end - start));
    }
    for (int at = 0; at < more.length(); at += CHUNK_BYTES) {
      write(ByteBuffer.wrap(more.bytes(), at, Math.min(CHUNK_BYTES, more.length() - at)));
    }
    rowBytes += more.length();
    if (rowBytes - syncedBytes >= SYNC_AHEAD_BYTES && sync.map(Future::isDone).orElse(true)) {
      awaitSync();
      sync = ahead.begin(this::syncAhead).map(begun -> begun);
      syncedBytes = rowBytes;
    }
  }

  /** How many bytes the file has once it is ended. */
  long size() {
    return (long) head.capacity() + rowBytes + Short.BYTES;
  }

  /** Writes what is missing and returns when all is on the disk; the checksum of the table. */
  int end() throws IOException {
    if (head.hasRemaining()) {
      throw new IllegalStateException(
          "a file has %d bytes of its table left but must have %d rows"
              .formatted(head.remaining(), rows));
    }
    write(ByteBuffer.allocate(Short.BYTES).putShort(SpoolFormat.TRAILER).flip());
    channel.position(0);
    write(head.flip());
    awaitSync();
    channel.force(true);
    crc.reset();
    crc.update(head.rewind());
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private boolean syncAhead() throws IOException {
    channel.force(false);
    return true;
  }

  /** The system tells of a failed sync once, so that nobody may ignore it. */
  private void awaitSync() throws IOException {
    if (sync.isEmpty()) {
      return;
    }
    try {
      sync.get().get();
    } catch (ExecutionException e) {
      throw new IOException("sync failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a file was synced");
    }
  }
}
