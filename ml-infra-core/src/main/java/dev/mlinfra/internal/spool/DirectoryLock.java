package dev.mlinfra.internal.spool;

import dev.mlinfra.error.ConflictException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a directory for one process. The lock ends with it, however it ends. Thread-safe. */
final class DirectoryLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DirectoryLock.class);
  private static final String NAME = "in-use.lock";

  private final Path directory;
  private FileChannel held;
  private boolean closed;

  private DirectoryLock(Path directory, FileChannel held) {
    this.directory = directory;
    this.held = held;
  }

  /**
   * Makes the directory where it is missing, and locks it.
   *
   * @throws ConflictException when another process has
   */
  static DirectoryLock of(Path directory) throws IOException {
    Files.createDirectories(directory, OwnerOnly.directory());
    return new DirectoryLock(directory, lock(directory));
  }

  /** Makes the directory again when somebody deleted it, and with it the lock. */
  synchronized void require() throws IOException {
    if (closed) {
      throw new IOException("spool directory " + directory + " was closed");
    }
    if (!Files.exists(directory.resolve(NAME))) {
      Files.createDirectories(directory, OwnerOnly.directory());
      held.close();
      held = lock(directory);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      held.close();
    } catch (IOException e) {
      LOG.warn("lock of {} could not be closed; it ends with the process", directory, e);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(NAME),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            OwnerOnly.file());
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      LOG.debug("{} is used by this process already", directory);
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new ConflictException(
          "spool directory "
              + directory
              + " was in use but serves one process at a time; close that one or choose another"
              + " directory");
    }
    return channel;
  }
}
