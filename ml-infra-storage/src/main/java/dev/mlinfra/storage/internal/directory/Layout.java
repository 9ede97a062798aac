package dev.mlinfra.storage.internal.directory;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.storage.internal.content.Usage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Where files are below the root: {@code sha256/ab/<digest>} when complete, {@code incoming} until
 * then. The root may be a link; nothing below it may.
 */
final class Layout {
  private static final Duration LEFTOVER_AGE = Duration.ofHours(1);

  private final Path root;
  private final Clock clock;

  Layout(Path root, Clock clock) {
    this.root = root.toAbsolutePath().normalize();
    this.clock = clock;
  }

  Path root() {
    return root;
  }

  Path incoming() {
    return root.resolve("incoming");
  }

  Path keyPath(String sha256) {
    return root.resolve(Artifact.keyOf(sha256));
  }

  void make() throws IOException {
    if (!Files.isDirectory(root)) {
      Files.createDirectories(root, ownerOnly(root));
    }
    makeDirectory(incoming());
    makeDirectory(root.resolve("sha256"));
  }

  /** Removes what a killed process left; a file still being written is younger than that. */
  void sweep() throws IOException {
    Instant oldest = clock.instant().minus(LEFTOVER_AGE);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(incoming(), "*.part")) {
      for (Path file : files) {
        if (modified(file).filter(oldest::isAfter).isPresent()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  Path fileOf(String sha256) throws IOException {
    Path file = keyPath(sha256);
    for (Path parent = file.getParent();
        parent != null && !parent.equals(root);
        parent = parent.getParent()) {
      requireNoLink(parent);
    }
    return file;
  }

  Optional<Long> size(String sha256) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(
              fileOf(sha256), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile() ? Optional.of(attributes.size()) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void publish(Path complete, String sha256) throws IOException {
    Path file = keyPath(sha256);
    Path directory = root.resolve("sha256").resolve(sha256.substring(0, 2));
    makeDirectory(directory);
    Files.move(complete, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    force(directory);
  }

  Usage usage() throws IOException {
    Path stored = root.resolve("sha256");
    if (!Files.isDirectory(stored, LinkOption.NOFOLLOW_LINKS)) {
      return new Usage(0, 0);
    }
    long[] total = new long[2];
    Files.walkFileTree(
        stored,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              total[0]++;
              total[1] += attributes.size();
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return new Usage(total[0], total[1]);
  }

  private static void makeDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      requireNoLink(directory);
      // unlike createDirectory, this is no failure when another process was faster
      Files.createDirectories(directory, ownerOnly(directory));
    }
  }

  private static void requireNoLink(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException(
          path + " is a symbolic link, which an artifact directory must not hold");
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static Optional<Instant> modified(Path file) throws IOException {
    try {
      return Optional.of(Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toInstant());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Makes the rename survive a power cut, where the platform can. */
  private static void force(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
