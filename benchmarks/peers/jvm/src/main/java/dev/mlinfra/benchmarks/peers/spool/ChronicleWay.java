package dev.mlinfra.benchmarks.peers.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;

/** Ready bytes into a Chronicle Queue, which is synced after every so many of them. */
final class ChronicleWay {
  private ChronicleWay() {}

  static long nanos(Path directory, int rows, int bytes, int syncRows) throws IOException {
    byte[] row = new byte[bytes];
    new Random(1).nextBytes(row);
    long nanos;
    try (ChronicleQueue queue = ChronicleQueue.single(directory.toString());
        ExcerptAppender appender = queue.createAppender()) {
      Bytes<byte[]> message = Bytes.wrapForRead(row);
      long start = System.nanoTime();
      for (int i = 1; i <= rows; i++) {
        message.readPositionRemaining(0, bytes);
        appender.writeBytes(message);
        if (i % syncRows == 0 || i == rows) {
          appender.sync();
        }
      }
      nanos = System.nanoTime() - start;
    }
    delete(directory);
    return nanos;
  }

  private static void delete(Path directory) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(directory)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
