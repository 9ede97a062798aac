package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolFormatTest {
  private static final int ROWS = 12;

  @TempDir Path temp;

  @Test
  void givesBackWhatWasWritten() throws IOException {
    List<byte[]> rows = rows(new Random(1));
    byte[] file = file(rows);

    assertThat(recovered(file)).containsExactlyElementsOf(rows);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesBackEveryRowThatIsWholeWhereverTheFileIsCut(long seed) throws IOException {
    List<byte[]> rows = rows(new Random(seed));
    byte[] file = file(rows);
    int firstRow = file.length - 2 - rows.stream().mapToInt(row -> row.length).sum();

    for (int length = 0; length < file.length; length++) {
      int whole = 0;
      int end = firstRow;
      while (whole < ROWS && end + rows.get(whole).length <= length) {
        end += rows.get(whole++).length;
      }

      assertThat(recovered(Arrays.copyOf(file, length)))
          .as("cut at %d", length)
          .containsExactlyElementsOf(rows.subList(0, whole));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void losesTheOneRowThatAFlippedBitHits(long seed) throws IOException {
    List<byte[]> rows = rows(new Random(seed));
    byte[] file = file(rows);
    int lost = 0;

    for (int bit = 0; bit < file.length * 8; bit++) {
      byte[] damaged = file.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      List<byte[]> left = recovered(damaged);

      assertThat(left).as("bit %d", bit).hasSizeGreaterThanOrEqualTo(ROWS - 1);
      assertThat(rows).as("bit %d", bit).containsAll(left);
      lost += ROWS - left.size();
    }

    int protectedBytes = ROWS * 12 + rows.stream().mapToInt(row -> row.length).sum();
    assertThat(lost).isEqualTo(protectedBytes * 8);
  }

  @Test
  void findsNothingInGarbage() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      byte[] garbage = new byte[random.nextInt(400)];
      random.nextBytes(garbage);

      assertThat(recovered(garbage)).isEmpty();
    }
  }

  private static List<byte[]> rows(Random random) {
    List<byte[]> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      byte[] row = new byte[1 + random.nextInt(20)];
      random.nextBytes(row);
      rows.add(row);
    }
    return rows;
  }

  private byte[] file(List<byte[]> rows) throws IOException {
    Path file = temp.resolve("written");
    Files.deleteIfExists(file);
    try (DiskExecutor ahead = new DiskExecutor();
        SpoolFileWriter writing = SpoolFileWriter.begin(file, rows.size(), ahead)) {
      writing.add(encoded(rows.subList(0, 5)));
      writing.add(encoded(rows.subList(5, rows.size())));
      writing.end();
      assertThat(Files.size(file)).isEqualTo(writing.size());
    }
    return Files.readAllBytes(file);
  }

  static EncodedRows encoded(List<byte[]> rows) {
    ByteBuffer bytes = ByteBuffer.allocate(rows.stream().mapToInt(row -> row.length).sum());
    int[] ends = new int[rows.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = bytes.put(rows.get(i)).position();
    }
    return new EncodedRows(bytes.array(), ends);
  }

  private List<byte[]> recovered(byte[] bytes) throws IOException {
    Path file = temp.resolve("read");
    Files.write(file, bytes);
    RowCollector rows = new RowCollector(bytes.length, ROWS);
    try (FileChannel channel = FileChannel.open(file)) {
      assertThat(rows.add(channel, ROWS)).isEqualTo(rows.rows().count());
    }
    return list(rows.rows());
  }

  static List<byte[]> list(EncodedRows rows) {
    List<byte[]> list = new ArrayList<>();
    for (int i = 0; i < rows.count(); i++) {
      list.add(Arrays.copyOfRange(rows.bytes(), rows.start(i), rows.end(i)));
    }
    return list;
  }
}
