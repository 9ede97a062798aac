package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.QuotaExceededException;
import dev.mlinfra.spi.BucketAdmin;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ArtifactStore} and its {@link BucketAdmin} promise, in a place that is empty at
 * first.
 *
 * @since 0.1
 */
public abstract class ArtifactStoreContract extends Contract {
  @TempDir Path files;

  /** For who extends it. */
  protected ArtifactStoreContract() {}

  /**
   * Opens another store over the same place.
   *
   * @param bytes how many it allows
   * @return the store
   * @since 0.1
   */
  protected abstract ArtifactStore storeWithQuota(long bytes);

  /**
   * Replaces stored bytes behind the store's back.
   *
   * @param artifact what to damage
   * @param bytes what is there then
   * @throws Exception when the test cannot go on
   * @since 0.1
   */
  protected abstract void overwrite(Artifact artifact, byte[] bytes) throws Exception;

  /**
   * Removes stored bytes behind the store's back.
   *
   * @param artifact what to remove
   * @throws Exception when the test cannot go on
   * @since 0.1
   */
  protected abstract void remove(Artifact artifact) throws Exception;

  /**
   * Counts what the place holds, complete or not.
   *
   * @return how many objects or files
   * @throws Exception when the test cannot go on
   * @since 0.1
   */
  protected abstract long objects() throws Exception;

  private ArtifactStore store() {
    return part(ArtifactStore.class);
  }

  private BucketAdmin admin() {
    return part(BucketAdmin.class);
  }

  @BeforeEach
  void makePlace() {
    admin().ensure();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100_000})
  void readsBackWhatWasStored(int size) throws Exception {
    byte[] bytes = bytes(size, 1);

    Artifact artifact = store().put(new ByteArrayInputStream(bytes));

    assertThat(artifact.sizeBytes()).isEqualTo(size);
    assertThat(artifact.sha256()).isEqualTo(sha256(bytes));
    assertThat(artifact.uri()).endsWith(Artifact.keyOf(artifact.sha256()));
    assertThat(store().read(artifact)).isEqualTo(bytes);
    store().download(artifact, files.resolve("copy"));
    assertThat(Files.readAllBytes(files.resolve("copy"))).isEqualTo(bytes);
  }

  @Test
  void storesAFileOfSeventyMegabytes() throws Exception {
    Path file = largeFile(70_000_000);

    Artifact artifact = store().put(file);

    assertThat(artifact.sizeBytes()).isEqualTo(70_000_000);
    Path copy = files.resolve("large-copy");
    store().download(artifact, copy);
    assertThat(Files.mismatch(file, copy)).isEqualTo(-1);
    assertThatThrownBy(() -> store().read(artifact)).isInstanceOf(CorruptDataException.class);
  }

  @Test
  void givesAFileAndAStreamOfTheSameBytesTheSameAddress() throws Exception {
    byte[] bytes = bytes(10_000, 2);
    Path file = Files.write(files.resolve("model"), bytes);

    Artifact fromFile = store().put(file);
    Artifact fromStream = store().put(new ByteArrayInputStream(bytes));

    assertThat(fromStream).isEqualTo(fromFile);
    assertThat(objects()).isEqualTo(1);
  }

  @Test
  void keepsBytesOnceThatManyStoreAtTheSameTime() throws Exception {
    byte[] bytes = bytes(2_000_000, 3);
    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);

    List<Artifact> stored =
        together(
            threads,
            () -> {
              start.await();
              return store().put(new ByteArrayInputStream(bytes));
            });

    assertThat(stored).hasSize(threads).containsOnly(stored.get(0));
    assertThat(objects()).isEqualTo(1);
    assertThat(store().read(stored.get(0))).isEqualTo(bytes);
  }

  @Test
  void findsWhatIsStoredAndNothingElse() {
    Artifact artifact = store().put(new ByteArrayInputStream(bytes(500, 4)));

    assertThat(store().find(artifact.sha256())).contains(artifact);
    assertThat(store().find("0".repeat(64))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../etc/passwd", "ABCDEF", "zz"})
  void refusesToFindWhatIsNoDigest(String text) {
    assertThatThrownBy(() -> store().find(text)).isInstanceOf(InvalidInputException.class);
  }

  @Test
  void refusesBytesThatChangedAndLeavesTheTargetAsItWas() throws Exception {
    Artifact artifact = store().put(new ByteArrayInputStream(bytes(5_000, 5)));
    overwrite(artifact, bytes(5_000, 6));
    Path target = Files.writeString(files.resolve("target"), "before");

    assertThatThrownBy(() -> store().download(artifact, target))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> store().read(artifact)).isInstanceOf(CorruptDataException.class);
    assertThat(target).hasContent("before");
    assertThat(names(files)).containsExactly("target");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4_999, 5_001, 300_000})
  void refusesBytesOfAnotherLength(int length) throws Exception {
    Artifact artifact = store().put(new ByteArrayInputStream(bytes(5_000, 7)));
    overwrite(artifact, bytes(length, 7));
    Path target = files.resolve("target");

    assertThatThrownBy(() -> store().download(artifact, target))
        .isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> store().read(artifact)).isInstanceOf(CorruptDataException.class);
    assertThat(target).doesNotExist();
  }

  @Test
  void storesTruncatedBytesAgain() throws Exception {
    byte[] bytes = bytes(5_000, 8);
    Artifact artifact = store().put(new ByteArrayInputStream(bytes));
    overwrite(artifact, bytes(17, 8));

    assertThat(store().put(new ByteArrayInputStream(bytes))).isEqualTo(artifact);

    assertThat(store().read(artifact)).isEqualTo(bytes);
  }

  @Test
  void saysWhenAnArtifactIsMissing() throws Exception {
    Artifact artifact = store().put(new ByteArrayInputStream(bytes(50, 9)));
    remove(artifact);

    assertThatThrownBy(() -> store().read(artifact)).isInstanceOf(CorruptDataException.class);
    assertThatThrownBy(() -> store().download(artifact, files.resolve("target")))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void readsByDigestWhateverTheAddressSays() {
    byte[] bytes = bytes(50, 10);
    Artifact artifact = store().put(new ByteArrayInputStream(bytes));
    Artifact lying = new Artifact("file:///etc/passwd", artifact.sha256(), artifact.sizeBytes());

    assertThat(store().read(lying)).isEqualTo(bytes);
  }

  @Test
  void refusesWhatTheQuotaHasNoRoomFor() throws Exception {
    ArtifactStore small = storeWithQuota(1_000);
    Artifact first = small.put(new ByteArrayInputStream(bytes(600, 11)));

    assertThatThrownBy(() -> small.put(new ByteArrayInputStream(bytes(401, 12))))
        .isInstanceOf(QuotaExceededException.class);
    assertThatThrownBy(() -> small.put(new ByteArrayInputStream(bytes(5_000, 13))))
        .isInstanceOf(QuotaExceededException.class);
    assertThatThrownBy(() -> small.put(Files.write(files.resolve("f"), bytes(401, 12))))
        .isInstanceOf(QuotaExceededException.class);

    assertThat(small.put(new ByteArrayInputStream(bytes(600, 11)))).isEqualTo(first);
    small.put(new ByteArrayInputStream(bytes(400, 14)));
    assertThat(objects()).isEqualTo(2);
  }

  @Test
  void countsWhatWasThereBeforeAgainstTheQuota() {
    store().put(new ByteArrayInputStream(bytes(900, 15)));

    assertThatThrownBy(() -> storeWithQuota(1_000).put(new ByteArrayInputStream(bytes(200, 16))))
        .isInstanceOf(QuotaExceededException.class);
  }

  @Test
  void storesNothingOfAStreamThatBreaks() throws Exception {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(bytes(200_000, 20)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("cut");
              }

              @Override
              public int read(byte[] buffer, int offset, int length) throws IOException {
                return read();
              }
            });

    assertThatThrownBy(() -> store().put(broken)).isInstanceOf(InvalidInputException.class);
    assertThat(objects()).isZero();
  }

  @Test
  void refusesAFileThatIsNoneOrMissing() {
    assertThatThrownBy(() -> store().put(files)).isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> store().put(files.resolve("nowhere")))
        .isInstanceOf(InvalidInputException.class);
  }

  @Test
  void ensuresAsOftenAsOneLikes() throws Exception {
    Artifact artifact = store().put(new ByteArrayInputStream(bytes(10, 17)));

    together(
        4,
        () -> {
          admin().ensure();
          return true;
        });

    assertThat(store().find(artifact.sha256())).contains(artifact);
  }

  /** Bytes that look random and are the same for the same seed. */
  static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A file that no buffer of ours holds. */
  private Path largeFile(long size) throws IOException {
    Path file = files.resolve("large");
    byte[] block = bytes(1_000_000, 18);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written < size; written += block.length) {
        block[0]++;
        out.write(block, 0, (int) Math.min(block.length, size - written));
      }
    }
    return file;
  }

  private static <T> List<T> together(int threads, Callable<T> call) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      List<Future<T>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(pool.submit(call));
      }
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
