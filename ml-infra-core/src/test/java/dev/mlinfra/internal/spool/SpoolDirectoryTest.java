package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDirectoryTest {
  private static final long ROOM = 1 << 20;

  @TempDir Path temp;

  @Test
  void givesFilesBackInTheirOrderAlsoToTheNextProcess() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      append(spool, "a", "b");
      append(spool, "c");
    }
    try (SpoolDirectory spool = open(ROOM)) {
      append(spool, "d");

      assertThat(spool.rows()).isEqualTo(4);
      assertThat(drain(spool)).containsExactly("a", "b", "c", "d");
      assertThat(spool.rows()).isZero();
      assertThat(spool.bytes()).isZero();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void namesFilesOfOneKindTogetherUpToANumberOfRows() throws IOException {
    SpoolName found;
    try (SpoolDirectory spool = open(ROOM)) {
      found = append(spool, "found").orElseThrow();
    }
    try (SpoolDirectory spool = open(ROOM)) {
      SpoolName first = append(spool, "a", "b").orElseThrow();
      SpoolName other =
          spool
              .append("feedback", 7, SpoolFormatTest.encoded(List.of(new byte[9])), () -> {})
              .orElseThrow();
      SpoolName second = append(spool, "c", "d").orElseThrow();
      SpoolName third = append(spool, "e").orElseThrow();

      assertThat(spool.oldest(100)).as("of one process").containsExactly(found);
      spool.delete(found);
      assertThat(spool.oldest(1)).as("the first one, however large").containsExactly(first);
      assertThat(spool.oldest(4)).containsExactly(first, second);
      assertThat(spool.oldest(5)).containsExactly(first, second, third);
      List.of(first, second, third).forEach(name -> delete(spool, name));
      assertThat(spool.oldest(5)).containsExactly(other);
    }
  }

  @Test
  void namesNoMoreFilesTogetherThanFitIntoASmallHeap() throws IOException {
    String megabytes = "x".repeat(3 << 20);
    try (SpoolDirectory spool = open(100L << 20)) {
      SpoolName first = append(spool, megabytes).orElseThrow();
      SpoolName second = append(spool, megabytes).orElseThrow();
      SpoolName third = append(spool, megabytes.repeat(4)).orElseThrow();

      assertThat(spool.oldest(100)).containsExactly(first, second);
      List.of(first, second).forEach(name -> delete(spool, name));
      assertThat(spool.oldest(100)).as("the first one, however large").containsExactly(third);
    }
  }

  @Test
  void hasNoRoomBeyondItsCapAndAgainAfterADelete() throws IOException {
    try (SpoolDirectory spool = open(200)) {
      SpoolName first = append(spool, "a".repeat(100)).orElseThrow();

      assertThat(append(spool, "b".repeat(100))).isEmpty();
      spool.delete(first);
      assertThat(append(spool, "b".repeat(100))).isPresent();
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void isOfOneProcessAtATime() {
    try (SpoolDirectory first = open(ROOM)) {
      assertThat(first.oldest(1)).isEmpty();
      assertThatThrownBy(() -> open(ROOM))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining(spool().toString())
          .hasMessageContaining("one process at a time");
    }
    open(ROOM).close();
  }

  @Test
  void refusesAFileInItsPlace() throws IOException {
    Files.writeString(spool(), "a file");

    assertThatThrownBy(() -> open(ROOM))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(spool().toString());
  }

  @Test
  void isReadableByItsOwnerOnly() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      append(spool, "a");
    }
    assertThat(permissions(spool())).isEqualTo("rwx------");
    try (Stream<Path> all = Files.list(spool())) {
      assertThat(all).allSatisfy(file -> assertThat(permissions(file)).isEqualTo("rw-------"));
    }
  }

  @Test
  void forgetsWhatItsWriterDidNotFinish() throws IOException {
    open(ROOM).close();
    Files.writeString(spool().resolve("0000000000000000001-x-v1-1-00000000.copy.part"), "half");

    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.oldest(1)).isEmpty();
      assertThat(spool.bytes()).isZero();
    }
  }

  @Test
  void setsDamageAsideAndCountsItAgainstItsRoom() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      SpoolName name = append(spool, "first", "second").orElseThrow();
      Path file = spool().resolve(name.fileName());
      byte[] bytes = Files.readAllBytes(file);
      bytes[bytes.length - 3] ^= 1;
      Files.write(file, bytes);

      Recovered recovered = spool.load(name);
      assertThat(texts(recovered.rows())).containsExactly("first");
      assertThat(recovered.damaged()).isEqualTo(1);

      spool.setAside(name);
      assertThat(spool.oldest(1)).isEmpty();
      assertThat(spool.bytes()).isEqualTo(bytes.length);
    }
    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.oldest(1)).isEmpty();
      assertThat(spool.bytes()).isPositive();
      assertThat(spool().resolve("damaged")).isNotEmptyDirectory();
    }
  }

  @Test
  void setsAFileAsideWhoseNameItCannotRead() throws IOException {
    open(ROOM).close();
    Files.writeString(spool().resolve("from-a-later-version.copy"), "what");

    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.oldest(1)).isEmpty();
      assertThat(spool().resolve("damaged/from-a-later-version.copy")).exists();
    }
  }

  private SpoolDirectory open(long maxBytes) {
    return SpoolDirectory.open(spool(), maxBytes);
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private static Optional<SpoolName> append(SpoolDirectory spool, String... rows)
      throws IOException {
    List<byte[]> bytes = Stream.of(rows).map(row -> row.getBytes(StandardCharsets.UTF_8)).toList();
    return spool.append("decisions", 7, SpoolFormatTest.encoded(bytes), () -> {});
  }

  private static void delete(SpoolDirectory spool, SpoolName name) {
    try {
      spool.delete(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> drain(SpoolDirectory spool) throws IOException {
    List<String> rows = new ArrayList<>();
    for (List<SpoolName> names = spool.oldest(1); !names.isEmpty(); names = spool.oldest(1)) {
      SpoolName name = names.get(0);
      assertThat(name.kind()).isEqualTo("decisions");
      assertThat(name.version()).isEqualTo(7);
      rows.addAll(texts(spool.load(name).rows()));
      spool.delete(name);
    }
    return rows;
  }

  private static List<String> texts(EncodedRows rows) {
    return SpoolFormatTest.list(rows).stream()
        .map(row -> new String(row, StandardCharsets.UTF_8))
        .toList();
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(spool())) {
      return all.map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".copy"))
          .toList();
    }
  }

  private static String permissions(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
