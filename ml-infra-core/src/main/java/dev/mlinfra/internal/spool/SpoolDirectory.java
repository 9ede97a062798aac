package dev.mlinfra.internal.spool;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of rows that wait for their store, on disk and in the order of their writing. A file under
 * its name is whole: it was written under another one, synced and renamed. One process uses a
 * directory at a time; the next one finds what the last one left. One thread appends; others may do
 * the rest.
 */
public final class SpoolDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);
  private static final String PART = ".part";
  private static final String DAMAGED = "damaged";
  private static final long AWAY_NANOS = 60_000_000_000L;

  private final Path directory;
  private final long maxBytes;
  private final SpoolLock lock;
  private final DiskExecutor ahead;
  private final WaitingFiles waiting = new WaitingFiles();
  private final Map<SpoolName, Long> undeleted = new ConcurrentHashMap<>();

  private SpoolDirectory(Path directory, long maxBytes, SpoolLock lock, DiskExecutor ahead) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.lock = lock;
    this.ahead = ahead;
  }

  /**
   * Takes a directory over and looks at what is in it.
   *
   * @param directory made, for this user only, where it is missing
   * @param maxBytes what all its files may have
   * @param ahead does what can be done before it is asked for
   * @throws ConflictException when another process uses it
   * @throws ConfigException when it cannot be used
   */
  static SpoolDirectory open(Path directory, long maxBytes, DiskExecutor ahead) {
    try {
      SpoolLock lock = SpoolLock.of(directory);
      SpoolDirectory spool = new SpoolDirectory(directory, maxBytes, lock, ahead);
      boolean found = false;
      try {
        spool.find();
        found = true;
        return spool;
      } finally {
        if (!found) {
          spool.close();
        }
      }
    } catch (IOException e) {
      throw new ConfigException(
          "spool directory %s was not usable (%s) but must be readable and writable; check its path and rights"
              .formatted(directory, e),
          e);
    }
  }

  /** What is in it. */
  public WaitingFiles waiting() {
    return waiting;
  }

  /**
   * Writes rows as a file; they are on the disk when this returns.
   *
   * @param count how many rows there are
   * @param parts them, each part taken when it is written
   * @param kept runs when the file is on the disk and before anybody can find it
   * @return empty when there is no room
   * @throws IOException when the disk refuses; nothing is kept then
   */
  public Optional<SpoolName> append(
      String kind, int version, int count, Iterable<EncodedRows> parts, Runnable kept)
      throws IOException {
    lock.require(patienceNanos());
    long room = maxBytes - waiting.bytes();
    long serial = waiting.nextSerial();
    Path part = directory.resolve(serial + PART);
    Path whole = part;
    boolean done = false;
    try (SpoolFileWriter file = SpoolFileWriter.begin(part, count, ahead)) {
      for (EncodedRows rows : parts) {
        file.add(rows);
        if (file.size() > room) {
          return Optional.empty();
        }
      }
      SpoolName name = new SpoolName(serial, kind, version, count, file.end());
      whole = path(name);
      Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE);
      syncDirectory();
      waiting.written(name, file.size(), kept);
      done = true;
      return Optional.of(name);
    } finally {
      if (!done) {
        discard(part);
        discard(whole);
      }
    }
  }

  /** Reads a file, adds the rows that are whole to others, and returns how many there are. */
  int read(SpoolName name, RowCollector into) throws IOException {
    try (FileChannel file = FileChannel.open(path(name), StandardOpenOption.READ)) {
      return into.add(file, name.rows());
    }
  }

  /** Whether it is there; one that files wait in is made again once it was away for a minute. */
  boolean isThere() {
    try {
      lock.require(patienceNanos());
      return true;
    } catch (IOException | ConflictException e) {
      LOG.debug("{} is away: {}", directory, e.toString());
      return false;
    }
  }

  /** Whether somebody deleted a file and not the whole directory. */
  boolean lacks(SpoolName name) {
    return lock.isHeld() && Files.notExists(path(name)) && lock.isHeld();
  }

  /** Whether another file can be read, or, without one, the directory. */
  boolean readsBeside(SpoolName name) {
    List<SpoolName> others = waiting.others(name);
    try {
      return others.isEmpty()
          ? !list(directory).isEmpty()
          : others.stream().anyMatch(other -> isReadable(path(other)));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Deletes a file that was forgotten, since its rows are stored, with the bytes it counted for.
   *
   * @throws IOException when the disk does not let it go; it is tried again later
   */
  public void delete(SpoolName name, long size) throws IOException {
    try {
      if (!Files.deleteIfExists(path(name)) && !lock.isHeld()) {
        throw new NoSuchFileException(directory.toString());
      }
    } catch (IOException e) {
      undeleted.put(name, size);
      throw e;
    }
    waiting.addBytes(-size);
  }

  /** Deletes what the disk did not let go. */
  void deleteAgain() {
    for (SpoolName name : List.copyOf(undeleted.keySet())) {
      Long size = undeleted.remove(name);
      if (size != null) {
        try {
          delete(name, size);
        } catch (IOException e) {
          LOG.debug("{} stays: {}", name.fileName(), e.toString());
        }
      }
    }
  }

  /**
   * Moves a file with damage that was forgotten out of the way; it still counts against the room.
   *
   * @return whether there was a file
   */
  public boolean setAside(SpoolName name, long size) throws IOException {
    try {
      moveAside(name.fileName());
      return true;
    } catch (NoSuchFileException e) {
      waiting.addBytes(-size); // somebody deleted it
      return false;
    }
  }

  @Override
  public void close() {
    lock.close();
  }

  private void find() throws IOException {
    for (Path file : list(directory)) {
      String fileName = String.valueOf(file.getFileName());
      if (fileName.endsWith(PART)) {
        Files.delete(file); // its writer never said that it was there
      } else if (fileName.endsWith(SpoolName.SUFFIX)) {
        Optional<SpoolName> name = SpoolName.parse(fileName);
        if (name.isPresent()) {
          waiting.found(name.get(), Files.size(file));
        } else {
          LOG.warn("spool file {} has no name that this version can read; set aside", file);
          moveAside(fileName);
        }
      }
    }
    Path damaged = directory.resolve(DAMAGED);
    if (Files.isDirectory(damaged)) {
      for (Path file : list(damaged)) {
        waiting.addBytes(Files.size(file));
      }
    }
  }

  private void moveAside(String fileName) throws IOException {
    Path file = directory.resolve(fileName);
    if (Files.notExists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    Path damaged = directory.resolve(DAMAGED);
    if (!Files.isDirectory(damaged)) {
      Files.createDirectory(damaged, OwnerOnly.directory());
    }
    Files.move(file, damaged.resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What nobody waits for is not worth waiting for. */
  private long patienceNanos() {
    return waiting.files() == 0 ? 0 : AWAY_NANOS;
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Path path(SpoolName name) {
    return directory.resolve(name.fileName());
  }

  private static boolean isReadable(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int ignored = channel.read(ByteBuffer.allocate(1));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void discard(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.debug("{} stays until the next start: {}", file, e.toString());
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, Files::isRegularFile)) {
      stream.forEach(files::add);
    }
    return files;
  }
}
