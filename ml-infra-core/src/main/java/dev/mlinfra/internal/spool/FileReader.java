package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files that are stored next, the next ones already while the store takes those before.
 * Confined to the replay thread.
 */
final class FileReader {
  private static final Logger LOG = LoggerFactory.getLogger(FileReader.class);
  private static final int MAX_READS = 3;

  /**
   * Files of one kind, and all their rows that are whole.
   *
   * @param files at least one, unless the first one cannot be read for now
   */
  record Loaded(List<SpoolFile> files, EncodedRows rows) {}

  /** What is read ahead. */
  private record Begun(List<SpoolName> names, Future<Loaded> loaded) {}

  private final Ahead ahead;
  private Optional<Begun> begun = Optional.empty();
  private int failures;

  FileReader(Ahead ahead) {
    this.ahead = ahead;
  }

  /** Begins to read files, when there are any and somebody has the time. */
  void begin(SpoolDirectory directory, List<SpoolName> names) {
    begun =
        names.isEmpty()
            ? Optional.empty()
            : ahead.begin(() -> load(directory, names)).map(loaded -> new Begun(names, loaded));
  }

  /** Reads up to the first file that cannot be read; that one is given up after some attempts. */
  Loaded read(SpoolDirectory directory, List<SpoolName> names) {
    Optional<Loaded> ready = takeBegun(names);
    if (ready.isPresent()) {
      return ready.get();
    }
    RowsRead rows = room(directory, names);
    List<SpoolFile> files = new ArrayList<>();
    for (SpoolName name : names) {
      try {
        files.add(new SpoolFile(name, directory.read(name, rows)));
      } catch (IOException e) {
        if (files.isEmpty()) {
          unreadable(name, e).ifPresent(files::add);
        }
        return new Loaded(files, rows.rows());
      }
    }
    failures = 0;
    return new Loaded(files, rows.rows());
  }

  /** Whether the last attempt found a file that cannot be read for now. */
  boolean failed() {
    return failures > 0;
  }

  private Optional<Loaded> takeBegun(List<SpoolName> names) {
    Optional<Begun> taken = begun.filter(some -> some.names().equals(names));
    begun = Optional.empty();
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    try {
      Loaded loaded = taken.get().loaded().get();
      failures = 0;
      return Optional.of(loaded);
    } catch (ExecutionException e) {
      LOG.debug("files could not be read ahead: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private Optional<SpoolFile> unreadable(SpoolName name, IOException cause) {
    LOG.warn("spool file {} could not be read: {}", name.fileName(), cause.toString());
    if (++failures < MAX_READS && !(cause instanceof NoSuchFileException)) {
      return Optional.empty();
    }
    failures = 0;
    return Optional.of(new SpoolFile(name, 0));
  }

  private static Loaded load(SpoolDirectory directory, List<SpoolName> names) throws IOException {
    RowsRead rows = room(directory, names);
    List<SpoolFile> files = new ArrayList<>();
    for (SpoolName name : names) {
      files.add(new SpoolFile(name, directory.read(name, rows)));
    }
    return new Loaded(files, rows.rows());
  }

  private static RowsRead room(SpoolDirectory directory, List<SpoolName> names) {
    return new RowsRead(
        directory.waiting().bytes(names), names.stream().mapToLong(SpoolName::rows).sum());
  }
}
