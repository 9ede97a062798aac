package dev.mlinfra.internal.spool;

import dev.mlinfra.error.ConflictException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a directory for one process. The lock ends with it, however it ends. Thread-safe. */
final class SpoolLock implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolLock.class);
  private static final String NAME = "in-use.lock";

  /** By file: POSIX ends the lock of a process when that closes any channel of the file. */
  private static final Map<Object, FileChannel> HELD = new HashMap<>();

  private final Path directory;
  private Held held;
  private OptionalLong awaySinceNanos = OptionalLong.empty();
  private boolean closed;

  private SpoolLock(Path directory, Held held) {
    this.directory = directory;
    this.held = held;
  }

  /**
   * Makes the directory where it is missing, and locks it.
   *
   * @throws ConflictException when another process has
   */
  static SpoolLock of(Path directory) throws IOException {
    Files.createDirectories(directory, OwnerOnly.directory());
    return new SpoolLock(directory, lock(directory));
  }

  /**
   * Locks the directory again, made anew if need be, when it is not the one that was locked.
   *
   * @param patienceNanos how long it may be away before that, since it may be brought back
   */
  synchronized void require(long patienceNanos) throws IOException {
    if (closed) {
      throw new IOException("spool directory " + directory + " was closed");
    }
    if (!isHeld()) {
      long now = System.nanoTime();
      long since = awaySinceNanos.orElse(now);
      awaySinceNanos = OptionalLong.of(since);
      if (now - since < patienceNanos) {
        throw new IOException(
            "spool directory %s was away but files wait in it; bring it back within %d s"
                .formatted(directory, (patienceNanos - (now - since)) / 1_000_000_000));
      }
      Files.createDirectories(directory, OwnerOnly.directory());
      Held before = held;
      held = lock(directory);
      before.release();
    }
    awaySinceNanos = OptionalLong.empty();
  }

  /** Whether the directory is there and is the one that was locked. */
  synchronized boolean isHeld() {
    try {
      return held.channel().isOpen() && held.file().equals(key(directory.resolve(NAME)));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    held.release();
  }

  private static Held lock(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    synchronized (HELD) {
      make(path);
      Object file = key(path);
      FileChannel known = HELD.get(file);
      if (known == null || !known.isOpen()) {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
          locked = tryLock(channel) && file.equals(key(path)); // nobody exchanged it meanwhile
        } finally {
          if (!locked) {
            channel.close();
          }
        }
        if (locked) {
          HELD.put(file, channel);
          return new Held(file, channel);
        }
      }
    }
    throw new ConflictException(
        "spool directory "
            + directory
            + " was in use but serves one process at a time; close that one or choose another"
            + " directory");
  }

  private static void make(Path path) throws IOException {
    try {
      Files.createFile(path, OwnerOnly.file());
    } catch (FileAlreadyExistsException e) {
      LOG.debug("{} is there already", path);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another copy of this class has it
    }
  }

  /** What a file keeps when it is moved, where the system tells; else where it is. */
  private static Object key(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key == null ? path.toRealPath() : key;
  }

  /** A lock file that this process holds. */
  private record Held(Object file, FileChannel channel) {
    void release() {
      synchronized (HELD) {
        HELD.remove(file, channel);
        try {
          channel.close();
        } catch (IOException e) {
          LOG.warn("lock {} could not be closed; it ends with the process", file, e);
        }
      }
    }
  }
}
