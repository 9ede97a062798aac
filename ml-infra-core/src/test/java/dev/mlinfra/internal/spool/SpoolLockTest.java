package dev.mlinfra.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConflictException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolLockTest {
  private static final String NAME = "in-use.lock";

  @TempDir Path temp;

  @Test
  void keepsOtherProcessesOutAfterThisOneTriedTwice() throws Exception {
    try (SpoolLock first = SpoolLock.of(spool())) {
      assertThatThrownBy(() -> SpoolLock.of(spool())).isInstanceOf(ConflictException.class);

      assertThat(first.isHeld()).isTrue();
      assertThat(anotherProcessGets(spool())).isFalse();
    }
    assertThat(anotherProcessGets(spool())).isTrue();
  }

  @Test
  void doesNotUseADirectoryThatAnotherHoldsInPlaceOfItsOwn() throws IOException {
    try (SpoolLock first = SpoolLock.of(spool())) {
      Files.move(spool(), away());
      try (SpoolLock second = SpoolLock.of(spool())) {
        assertThat(first.isHeld()).isFalse();
        assertThatThrownBy(() -> first.require(0)).isInstanceOf(ConflictException.class);
        assertThat(second.isHeld()).isTrue();
      }
      first.require(0);
      assertThat(first.isHeld()).isTrue();
    }
  }

  @Test
  void locksItsOldDirectoryAgainWhenItIsBroughtBack() throws Exception {
    try (SpoolLock lock = SpoolLock.of(spool())) {
      Files.move(spool(), away());
      lock.require(0);
      Files.delete(spool().resolve(NAME));
      Files.delete(spool());
      Files.move(away(), spool());

      assertThat(lock.isHeld()).isFalse();
      lock.require(0);
      assertThat(anotherProcessGets(spool())).isFalse();
    }
  }

  @Test
  void keepsItsLockWhenItCannotLockTheDirectoryForAMoment() throws Exception {
    try (SpoolLock lock = SpoolLock.of(spool())) {
      Path file = spool().resolve(NAME);
      Path aside = spool().resolve("aside");
      Files.move(file, aside);
      Files.createSymbolicLink(file, Path.of("nowhere"));
      assertThatThrownBy(() -> lock.require(0)).isInstanceOf(IOException.class);

      Files.delete(file);
      Files.move(aside, file);
      lock.require(0);
      assertThat(anotherProcessGets(spool())).isFalse();
    }
  }

  @Test
  void waitsForADirectoryThatMayBeBroughtBackBeforeItMakesAnother() throws IOException {
    try (SpoolLock lock = SpoolLock.of(spool())) {
      Files.move(spool(), away());
      assertThatThrownBy(() -> lock.require(Long.MAX_VALUE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("bring it back");
      assertThat(spool()).doesNotExist();

      Files.move(away(), spool());
      lock.require(Long.MAX_VALUE);
      Files.move(spool(), away());
      lock.require(0);
      assertThat(spool().resolve(NAME)).exists();
    }
  }

  @Test
  void staysClosed() throws IOException {
    SpoolLock lock = SpoolLock.of(spool());
    lock.close();
    assertThat(lock.isHeld()).isFalse();
    assertThatThrownBy(() -> lock.require(0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
    SpoolLock.of(spool()).close();
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private Path away() {
    return temp.resolve("away");
  }

  private static boolean anotherProcessGets(Path directory) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Locker.class.getName(),
                directory.resolve(NAME).toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }

  /** Another process that wants a lock. */
  static final class Locker {
    private Locker() {}

    public static void main(String[] args) throws IOException {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
          FileLock lock = channel.tryLock()) {
        System.exit(lock == null ? 1 : 0);
      }
    }
  }
}
