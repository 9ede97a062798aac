package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.EncodedRows;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolFormatTest {
  private static final int ROWS = 12;

  @Test
  void givesBackWhatWasWritten() {
    List<byte[]> rows = rows(new Random(1));
    byte[] file = file(rows);

    assertThat(recovered(file)).containsExactlyElementsOf(rows);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void givesBackEveryRowThatIsWholeWhereverTheFileIsCut(long seed) {
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
  void losesTheOneRowThatAFlippedBitHits(long seed) {
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
  void findsNothingInGarbage() {
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

  private static byte[] file(List<byte[]> rows) {
    ByteBuffer file = SpoolFormat.encode(encoded(rows));
    byte[] bytes = new byte[file.remaining()];
    file.get(bytes);
    return bytes;
  }

  static EncodedRows encoded(List<byte[]> rows) {
    ByteBuffer bytes = ByteBuffer.allocate(rows.stream().mapToInt(row -> row.length).sum());
    int[] ends = new int[rows.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = bytes.put(rows.get(i)).position();
    }
    return new EncodedRows(bytes.array(), ends);
  }

  private static List<byte[]> recovered(byte[] file) {
    return list(SpoolFormat.decode(file, ROWS));
  }

  static List<byte[]> list(EncodedRows rows) {
    List<byte[]> list = new ArrayList<>();
    for (int i = 0; i < rows.count(); i++) {
      list.add(Arrays.copyOfRange(rows.bytes(), rows.start(i), rows.end(i)));
    }
    return list;
  }
}
