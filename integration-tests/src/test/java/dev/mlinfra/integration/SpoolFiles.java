package dev.mlinfra.integration;

import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** The files of a spool, seen from outside. */
final class SpoolFiles {
  private SpoolFiles() {}

  /** How many wait in a directory; -1 when there is no directory. */
  static long waiting(Path directory) {
    String[] names = directory.toFile().list((parent, name) -> name.endsWith(".copy"));
    return names == null ? -1 : names.length;
  }

  /**
   * Moves a directory away and puts a file in its place. The library may make it again at once, so
   * this may take more than one move.
   *
   * @return where it is now; where it was, if there was none
   */
  static Path replaceByFile(Path directory) {
    AtomicReference<Path> away = new AtomicReference<>(directory);
    Await.until(
        "a file stands where the directory was",
        () -> {
          try {
            if (Files.isDirectory(directory)) {
              Path beside = directory.resolveSibling("away-" + UUID.randomUUID());
              away.set(Files.move(directory, beside));
            }
            Files.writeString(directory, "in the way", StandardOpenOption.CREATE_NEW);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
    return away.get();
  }
}
