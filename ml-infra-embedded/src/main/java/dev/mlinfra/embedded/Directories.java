package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Private directories and files, and their end. */
final class Directories {
  private static final Logger LOG = LoggerFactory.getLogger(Directories.class);
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private Directories() {}

  /** Makes a temporary directory that only its owner can enter. */
  static Path temporary(String name) {
    try {
      return Files.createTempDirectory("ml-infra-" + name + "-", OWNER_DIRECTORY).toRealPath();
    } catch (IOException e) {
      throw new ConfigException(
          "temporary directory was not writable (" + e + "); set -Djava.io.tmpdir", e);
    }
  }

  /** Makes a directory that only its owner can enter, unless it is there. */
  static Path kept(Path directory) {
    try {
      if (!Files.isDirectory(directory)) {
        Path absolute = directory.toAbsolutePath();
        Files.createDirectories(absolute.getParent());
        Files.createDirectory(absolute, OWNER_DIRECTORY);
      }
      return directory.toRealPath();
    } catch (IOException e) {
      throw new ConfigException(
          "directory " + directory + " was not usable (" + e + "); choose another one", e);
    }
  }

  /** Lets other users pass through a directory, but not look around in it. */
  static void letPass(Path directory) {
    try {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    } catch (IOException e) {
      throw new ConfigException(
          "directory " + directory + " was not ours (" + e + "); choose another one", e);
    }
  }

  /** Writes a file that only its owner can read, in place of an older one. */
  static void writePrivate(Path file, String text) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(file, OWNER_FILE);
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }

  /** Deletes a temporary directory; what remains is only worth a warning. */
  static void deleteOrWarn(Path directory) {
    try {
      delete(directory);
    } catch (IOException e) {
      LOG.warn("temporary directory {} could not be deleted; delete it", directory, e);
    }
  }

  /** Deletes a directory with all that is in it; one that is not there is fine. */
  static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
