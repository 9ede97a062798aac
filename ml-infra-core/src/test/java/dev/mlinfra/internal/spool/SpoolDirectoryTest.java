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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolDirectoryTest {
  private static final long ROOM = 1 << 20;

  @TempDir Path temp;

  private final DiskExecutor ahead = new DiskExecutor();

  @AfterEach
  void end() {
    ahead.close();
  }

  @Test
  void givesFilesBackInTheirOrderAlsoToTheNextProcess() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      append(spool, "a", "b");
      append(spool, "c");
    }
    try (SpoolDirectory spool = open(ROOM)) {
      append(spool, "d");

      assertThat(spool.waiting().rows()).isEqualTo(4);
      assertThat(drain(spool)).containsExactly("a", "b", "c", "d");
      assertThat(spool.waiting().rows()).isZero();
      assertThat(spool.waiting().bytes()).isZero();
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
      SpoolName other = append(spool, "feedback", List.of(new byte[9])).orElseThrow();
      SpoolName second = append(spool, "c", "d").orElseThrow();
      SpoolName third = append(spool, "e").orElseThrow();

      assertThat(spool.waiting().oldest(100)).as("of one process").containsExactly(found);
      delete(spool, found);
      assertThat(spool.waiting().oldest(1))
          .as("the first one, however large")
          .containsExactly(first);
      assertThat(spool.waiting().oldest(4)).containsExactly(first, second);
      assertThat(spool.waiting().oldest(5)).containsExactly(first, second, third);
      List.of(first, second, third).forEach(name -> delete(spool, name));
      assertThat(spool.waiting().oldest(5)).containsExactly(other);
    }
  }

  @Test
  void namesNoMoreFilesTogetherThanFitIntoASmallHeap() throws IOException {
    String megabytes = "x".repeat(3 << 20);
    try (SpoolDirectory spool = open(100L << 20)) {
      SpoolName first = append(spool, megabytes).orElseThrow();
      SpoolName second = append(spool, megabytes).orElseThrow();
      SpoolName third = append(spool, megabytes.repeat(4)).orElseThrow();

      assertThat(spool.waiting().oldest(100)).containsExactly(first, second);
      List.of(first, second).forEach(name -> delete(spool, name));
      assertThat(spool.waiting().oldest(100))
          .as("the first one, however large")
          .containsExactly(third);
    }
  }

  @Test
  void namesWhatComesOnceOthersAreStoredUnlessMoreMayJoinIt() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      SpoolName first = append(spool, "a", "b").orElseThrow();
      SpoolName other = append(spool, "feedback", List.of(new byte[9])).orElseThrow();
      SpoolName second = append(spool, "c", "d").orElseThrow();

      assertThat(spool.waiting().oldestBehind(first, 2)).as("more may join it").isEmpty();
      SpoolName third = append(spool, "e").orElseThrow();
      append(spool, "feedback", List.of(new byte[9], new byte[9]));

      assertThat(spool.waiting().oldestBehind(first, 2)).containsExactly(other);
      delete(spool, first);
      assertThat(spool.waiting().oldest(2)).containsExactly(other);
      assertThat(spool.waiting().oldestBehind(other, 2)).containsExactly(second);
      assertThat(spool.waiting().oldestBehind(other, 3)).as("with what follows").isEmpty();
      append(spool, "f");
      assertThat(spool.waiting().oldestBehind(other, 3)).containsExactly(second, third);
    }
  }

  @Test
  void writesOverWhatADiskThatRefusedHasLeft() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      Files.writeString(spool().resolve("1.part"), "longer than what is written next".repeat(9));

      SpoolName name = append(spool, "a").orElseThrow();
      assertThat(texts(read(spool, name))).containsExactly("a");
    }
  }

  @Test
  void hasNoRoomBeyondItsCapAndAgainAfterADelete() throws IOException {
    try (SpoolDirectory spool = open(200)) {
      SpoolName first = append(spool, "a".repeat(100)).orElseThrow();

      assertThat(append(spool, "b".repeat(100))).isEmpty();
      delete(spool, first);
      assertThat(append(spool, "b".repeat(100))).isPresent();
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void deletesLaterWhatTheDiskDidNotLetGo() throws IOException {
    try (SpoolDirectory spool = open(ROOM)) {
      SpoolName name = append(spool, "a").orElseThrow();
      long size = spool.waiting().forget(name);
      Path away = temp.resolve("away");
      Files.move(spool(), away);
      assertThatThrownBy(() -> spool.delete(name, size)).isInstanceOf(IOException.class);
      spool.deleteAgain();
      assertThat(spool.waiting().bytes()).isEqualTo(size);

      Files.move(away, spool());
      spool.deleteAgain();
      spool.deleteAgain();
      assertThat(spool.waiting().bytes()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void isOfOneProcessAtATime() {
    try (SpoolDirectory first = open(ROOM)) {
      assertThat(first.waiting().oldest(1)).isEmpty();
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
      assertThat(spool.waiting().oldest(1)).isEmpty();
      assertThat(spool.waiting().bytes()).isZero();
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

      assertThat(texts(read(spool, name))).containsExactly("first");

      spool.setAside(name, spool.waiting().forget(name));
      assertThat(spool.waiting().oldest(1)).isEmpty();
      assertThat(spool.waiting().bytes()).isEqualTo(bytes.length);
    }
    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.waiting().oldest(1)).isEmpty();
      assertThat(spool.waiting().bytes()).isPositive();
      assertThat(spool().resolve("damaged")).isNotEmptyDirectory();
    }
  }

  @Test
  void setsAFileAsideWhoseNameItCannotRead() throws IOException {
    open(ROOM).close();
    Files.writeString(spool().resolve("from-a-later-version.copy"), "what");

    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.waiting().oldest(1)).isEmpty();
      assertThat(spool().resolve("damaged/from-a-later-version.copy")).exists();
    }
  }

  @Test
  void setsAFileAsideWhoseNumberLeavesNoneForOthers() throws IOException {
    String last = new SpoolName(Long.MAX_VALUE, "decisions", 7, 1, 0).fileName();
    open(ROOM).close();
    Files.writeString(spool().resolve(last), "what");

    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool().resolve("damaged").resolve(last)).exists();
      SpoolName name = append(spool, "a").orElseThrow();
      assertThat(name.serial()).isEqualTo(1);
      assertThat(spool.waiting().passed(spool.waiting().newestOwn())).isFalse();
    }
  }

  @Test
  void findsBothFilesThatHaveOneNumber() throws IOException {
    SpoolName one = new SpoolName(1, "decisions", 7, 1, 0);
    SpoolName other = new SpoolName(1, "decisions", 7, 1, 1);
    open(ROOM).close();
    Files.writeString(spool().resolve(one.fileName()), "one");
    Files.writeString(spool().resolve(other.fileName()), "other");

    try (SpoolDirectory spool = open(ROOM)) {
      assertThat(spool.waiting().oldest(100)).containsExactly(one, other);
      assertThat(spool.waiting().passed(1)).as("none is its own").isTrue();
      delete(spool, one);
      assertThat(spool.waiting().oldest(100)).containsExactly(other);
      delete(spool, other);
      assertThat(spool.waiting().rows()).isZero();
      assertThat(files()).isEmpty();
    }
  }

  private SpoolDirectory open(long maxBytes) {
    return SpoolDirectory.open(spool(), maxBytes, ahead);
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private static Optional<SpoolName> append(SpoolDirectory spool, String... rows)
      throws IOException {
    List<byte[]> bytes = Stream.of(rows).map(row -> row.getBytes(StandardCharsets.UTF_8)).toList();
    return append(spool, "decisions", bytes);
  }

  private static Optional<SpoolName> append(SpoolDirectory spool, String kind, List<byte[]> rows)
      throws IOException {
    List<EncodedRows> parts =
        rows.stream().map(row -> SpoolFormatTest.encoded(List.of(row))).toList();
    return spool.append(kind, 7, rows.size(), parts, () -> {});
  }

  private static EncodedRows read(SpoolDirectory spool, SpoolName name) throws IOException {
    RowCollector rows = new RowCollector(0, 0);
    assertThat(spool.read(name, rows)).isEqualTo(rows.rows().count());
    return rows.rows();
  }

  private static void delete(SpoolDirectory spool, SpoolName name) {
    try {
      spool.delete(name, spool.waiting().forget(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> drain(SpoolDirectory spool) throws IOException {
    List<String> rows = new ArrayList<>();
    for (List<SpoolName> names = spool.waiting().oldest(1);
        !names.isEmpty();
        names = spool.waiting().oldest(1)) {
      SpoolName name = names.get(0);
      assertThat(name.kind()).isEqualTo("decisions");
      assertThat(name.version()).isEqualTo(7);
      rows.addAll(texts(read(spool, name)));
      delete(spool, name);
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
