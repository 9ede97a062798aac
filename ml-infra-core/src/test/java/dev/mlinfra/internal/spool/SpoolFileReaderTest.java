package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.internal.spool.SpoolFileReader.ReadFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SpoolFileReaderTest {
  private static final int MANY = 10;

  @TempDir Path temp;

  private final DiskExecutor ahead = new DiskExecutor();
  private final SpoolFileReader reader = new SpoolFileReader(ahead);
  private SpoolDirectory spool;

  @BeforeEach
  void open() {
    spool = SpoolDirectory.open(temp.resolve("spool"), 1 << 20, ahead);
  }

  @AfterEach
  void end() {
    spool.close();
    ahead.close();
  }

  @Test
  void givesAFileUpThatSomebodyDeleted() throws IOException {
    SpoolName name = append();
    Files.delete(path(name));

    assertThat(reader.read(spool, List.of(name)).files()).containsExactly(new ReadFile(name, 0));
    assertThat(reader.failed()).isFalse();
  }

  @Test
  void givesNoFileUpWhileTheDirectoryIsAway() throws IOException {
    SpoolName name = append();
    Files.move(temp.resolve("spool"), temp.resolve("away"));
    for (int i = 0; i < MANY; i++) {
      assertThat(reader.read(spool, List.of(name)).files()).isEmpty();
      assertThat(reader.failed()).isTrue();
    }
    assertThat(temp.resolve("spool")).doesNotExist();

    Files.move(temp.resolve("away"), temp.resolve("spool"));
    assertThat(reader.read(spool, List.of(name)).files()).containsExactly(new ReadFile(name, 1));
    assertThat(reader.failed()).isFalse();
  }

  @Test
  void givesFilesUpOnceTheirDirectoryWasMadeAgain() throws IOException {
    SpoolName name = append();
    spool.waiting().forget(name);
    Files.move(temp.resolve("spool"), temp.resolve("away"));
    append();

    assertThat(reader.read(spool, List.of(name)).files()).containsExactly(new ReadFile(name, 0));
    assertThat(spool.setAside(name, 0)).isFalse();
    assertThat(temp.resolve("spool/damaged")).doesNotExist();
  }

  @Test
  void givesNoFileUpWhileNoneCanBeRead() throws IOException {
    SpoolName first = append();
    SpoolName second = append();
    List<Path> files = List.of(path(first), path(second));
    for (Path file : files) {
      Files.move(file, temp.resolve(file.getFileName()));
      Files.createDirectory(file); // what cannot be read, also by root
    }
    for (int i = 0; i < MANY; i++) {
      assertThat(reader.read(spool, List.of(first)).files()).isEmpty();
    }
    for (Path file : files) {
      Files.delete(file);
      Files.move(temp.resolve(file.getFileName()), file);
    }
    assertThat(reader.read(spool, List.of(first)).files()).containsExactly(new ReadFile(first, 1));
  }

  @Test
  void givesAFileUpAfterSomeAttemptsWhenAnotherOneCanBeRead() throws IOException {
    SpoolName bad = append();
    append();
    Files.delete(path(bad));
    Files.createDirectory(path(bad));

    assertThat(reader.read(spool, List.of(bad)).files()).isEmpty();
    assertThat(reader.read(spool, List.of(bad)).files()).isEmpty();
    assertThat(reader.read(spool, List.of(bad)).files()).containsExactly(new ReadFile(bad, 0));
  }

  @ParameterizedTest
  @MethodSource("sizesBeyondMemory")
  void givesAFileUpThatMemoryCannotHold(long size) throws IOException {
    SpoolName huge = append();
    try (RandomAccessFile file = new RandomAccessFile(path(huge).toFile(), "rw")) {
      file.setLength(size);
    }
    spool.close();
    spool = SpoolDirectory.open(temp.resolve("spool"), 1 << 20, ahead);

    assertThat(reader.read(spool, List.of(huge)).files()).containsExactly(new ReadFile(huge, 0));
    assertThat(reader.failed()).isFalse();
  }

  static LongStream sizesBeyondMemory() {
    return LongStream.of(3L << 30, Runtime.getRuntime().maxMemory() / 2 + 1_000);
  }

  private SpoolName append() throws IOException {
    return spool
        .append("x", 1, 1, List.of(SpoolFormatTest.encoded(List.of(new byte[9]))), () -> {})
        .orElseThrow();
  }

  private Path path(SpoolName name) {
    return temp.resolve("spool").resolve(name.fileName());
  }
}
