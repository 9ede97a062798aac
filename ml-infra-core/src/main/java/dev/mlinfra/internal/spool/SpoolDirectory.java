package dev.mlinfra.internal.spool;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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
  private static final String LOCK = "in-use.lock";
  private static final String PART = ".part";
  private static final String DAMAGED = "damaged";
  private static final long MAX_BYTES_TOGETHER = 8 << 20;

  private final Path directory;
  private final long maxBytes;
  private final TreeMap<SpoolName, Long> waiting = new TreeMap<>();
  private FileChannel lock;
  private boolean closed;
  private long bytes;
  private long lastSerial;
  private long foundSerial;

  private SpoolDirectory(Path directory, long maxBytes, FileChannel lock) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.lock = lock;
  }

  /**
   * Takes a directory over and looks at what is in it.
   *
   * @param directory made, for this user only, where it is missing
   * @param maxBytes what all its files may have
   * @throws ConflictException when another process uses it
   * @throws ConfigException when it cannot be used
   */
  public static SpoolDirectory open(Path directory, long maxBytes) {
    try {
      Files.createDirectories(directory, only("rwx------"));
      SpoolDirectory spool = new SpoolDirectory(directory, maxBytes, lock(directory));
      boolean found = false;
      try {
        spool.find();
        spool.foundSerial = spool.lastSerial;
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

  /**
   * Writes rows as a file; they are on the disk when this returns.
   *
   * @param kept runs when the file is on the disk and before anybody can find it
   * @return empty when there is no room
   * @throws IOException when the disk refuses; nothing is kept then
   */
  public Optional<SpoolName> append(String kind, int version, EncodedRows rows, Runnable kept)
      throws IOException {
    ByteBuffer file = SpoolFormat.encode(rows);
    int size = file.remaining();
    SpoolName name;
    synchronized (waiting) {
      requireOpen();
      if (size > maxBytes - bytes) {
        return Optional.empty();
      }
      name = new SpoolName(lastSerial + 1, kind, version, rows.count(), SpoolFormat.checksum(file));
    }
    comeBack();
    Path part = directory.resolve(name.fileName() + PART);
    try {
      writeSynced(part, file);
      Files.move(part, path(name), StandardCopyOption.ATOMIC_MOVE);
      syncDirectory();
    } catch (IOException e) {
      discard(part, e);
      discard(path(name), e);
      throw e;
    }
    synchronized (waiting) {
      lastSerial++;
      bytes += size;
      kept.run();
      waiting.put(name, (long) size);
    }
    return Optional.of(name);
  }

  /**
   * The file that was written first, and with it later ones of its kind that can be stored at once.
   *
   * @param maxRows of all of them, unless the first one has more; their bytes are bounded likewise,
   *     since all are read into memory
   * @return empty when none waits
   */
  public List<SpoolName> oldest(int maxRows) {
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        return List.of();
      }
      SpoolName first = waiting.firstKey();
      List<SpoolName> together = new ArrayList<>();
      long rows = 0;
      long size = 0;
      for (Map.Entry<SpoolName, Long> file : waiting.entrySet()) {
        SpoolName name = file.getKey();
        rows += first.isLike(name) ? name.rows() : 0;
        size += first.isLike(name) ? file.getValue() : 0;
        boolean tooMuch = rows > maxRows || size > MAX_BYTES_TOGETHER;
        if (isOwn(name) != isOwn(first) || (tooMuch && !together.isEmpty())) {
          break;
        }
        if (first.isLike(name)) {
          together.add(name);
        }
      }
      return together;
    }
  }

  /** Whether a file was written through this and not found when it was opened. */
  public boolean isOwn(SpoolName name) {
    return name.serial() > foundSerial;
  }

  /** The number that the next file will have. */
  public long nextSerial() {
    synchronized (waiting) {
      return lastSerial + 1;
    }
  }

  /** The number of the last file that was written through this, 0 when there is none. */
  public long newestOwn() {
    synchronized (waiting) {
      return lastSerial == foundSerial ? 0 : lastSerial;
    }
  }

  /** Whether no file waits that was written through this and has at most that number. */
  public boolean passed(long serial) {
    synchronized (waiting) {
      SpoolName own = waiting.higherKey(SpoolName.ofSerial(foundSerial));
      return own == null || own.serial() > serial;
    }
  }

  /** Reads a file and checks every row. */
  public Recovered load(SpoolName name) throws IOException {
    EncodedRows rows = SpoolFormat.decode(Files.readAllBytes(path(name)), name.rows());
    return new Recovered(rows, name.rows() - rows.count());
  }

  /** Deletes a file whose rows are stored. It is forgotten even when the disk keeps it. */
  public void delete(SpoolName name) throws IOException {
    long size = forget(name);
    Files.deleteIfExists(path(name));
    free(size);
  }

  /**
   * Moves a file with damage out of the way; it still counts against the room. It is forgotten even
   * when the disk does not move it.
   *
   * @return whether there was a file
   */
  public boolean setAside(SpoolName name) throws IOException {
    long size = forget(name);
    try {
      moveAside(name.fileName());
      return true;
    } catch (NoSuchFileException e) {
      free(size); // somebody deleted it
      return false;
    }
  }

  /** How many files wait. */
  public int files() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  /** How many rows wait. */
  public long rows() {
    synchronized (waiting) {
      return waiting.keySet().stream().mapToLong(SpoolName::rows).sum();
    }
  }

  /** How many bytes all files have. */
  public long bytes() {
    synchronized (waiting) {
      return bytes;
    }
  }

  @Override
  public void close() {
    synchronized (waiting) {
      closed = true;
      try {
        lock.close();
      } catch (IOException e) {
        LOG.warn("lock of {} could not be closed; it ends with the process", directory, e);
      }
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("spool directory " + directory + " was closed");
    }
  }

  /** Makes the directory again when somebody deleted it, and with it the lock. */
  private void comeBack() throws IOException {
    if (Files.exists(directory.resolve(LOCK))) {
      return;
    }
    Files.createDirectories(directory, only("rwx------"));
    synchronized (waiting) {
      requireOpen();
      lock.close();
      lock = lock(directory);
    }
  }

  private void find() throws IOException {
    for (Path file : list(directory)) {
      String fileName = String.valueOf(file.getFileName());
      if (fileName.endsWith(PART)) {
        Files.delete(file); // its writer never said that it was there
      } else if (fileName.endsWith(SpoolName.SUFFIX)) {
        Optional<SpoolName> name = SpoolName.parse(fileName);
        if (name.isPresent()) {
          remember(name.get(), Files.size(file));
        } else {
          LOG.warn("spool file {} has no name that this version can read; set aside", file);
          moveAside(fileName);
        }
      }
    }
    Path damaged = directory.resolve(DAMAGED);
    if (Files.isDirectory(damaged)) {
      for (Path file : list(damaged)) {
        bytes += Files.size(file);
      }
    }
  }

  private void remember(SpoolName name, long size) {
    waiting.put(name, size);
    bytes += size;
    lastSerial = Math.max(lastSerial, name.serial());
  }

  private long forget(SpoolName name) {
    synchronized (waiting) {
      Long size = waiting.remove(name);
      return size == null ? 0 : size;
    }
  }

  private void free(long size) {
    synchronized (waiting) {
      bytes -= size;
    }
  }

  private void moveAside(String fileName) throws IOException {
    Path damaged = directory.resolve(DAMAGED);
    Files.createDirectories(damaged, only("rwx------"));
    Files.move(
        directory.resolve(fileName), damaged.resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Path path(SpoolName name) {
    return directory.resolve(name.fileName());
  }

  private static void writeSynced(Path file, ByteBuffer content) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            only("rw-------"))) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
  }

  private static void discard(Path file, IOException cause) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory, Files::isRegularFile)) {
      stream.forEach(files::add);
    }
    return files;
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            only("rw-------"));
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

  private static FileAttribute<?>[] only(String permissions) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
