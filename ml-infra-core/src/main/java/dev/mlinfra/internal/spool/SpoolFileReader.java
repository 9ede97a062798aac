package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.LogThrottle;
import java.io.IOException;
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
final class SpoolFileReader {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFileReader.class);
  private static final int MAX_READS = 3;

  /**
   * A file that was read.
   *
   * @param name with the number of rows that were written
   * @param whole how many of them could be read; fewer where it is damaged
   */
  record ReadFile(SpoolName name, int whole) {}

  /**
   * Files of one kind, and all their rows that are whole.
   *
   * @param files at least one, unless the first one cannot be read for now
   */
  record Loaded(List<ReadFile> files, EncodedRows rows) {}

  /** What is read ahead. */
  private record Begun(List<SpoolName> names, Future<Loaded> loaded) {}

  private final DiskExecutor ahead;
  private Optional<Begun> begun = Optional.empty();
  private final LogThrottle failures = new LogThrottle();
  private int faultsOfFile;

  SpoolFileReader(DiskExecutor ahead) {
    this.ahead = ahead;
  }

  /** Begins to read files, when there are any and somebody has the time. */
  void begin(SpoolDirectory directory, List<SpoolName> names) {
    begun =
        names.isEmpty()
            ? Optional.empty()
            : ahead.begin(() -> load(directory, names)).map(loaded -> new Begun(names, loaded));
  }

  /**
   * Reads up to the first file that cannot be read. That one is given up when it was deleted, or
   * after some attempts when others can be read.
   */
  Loaded read(SpoolDirectory directory, List<SpoolName> names) {
    Optional<Loaded> ready = takeBegun(names);
    if (ready.isPresent()) {
      return ready.get();
    }
    RowCollector rows = room(directory, names);
    List<ReadFile> files = new ArrayList<>();
    for (SpoolName name : names) {
      try {
        files.add(new ReadFile(name, directory.read(name, rows)));
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        if (files.isEmpty()) {
          unreadable(directory, name, e).ifPresent(files::add);
        } else {
          forgetFailures();
        }
        return new Loaded(files, rows.rows());
      }
    }
    forgetFailures();
    return new Loaded(files, rows.rows());
  }

  /** Whether the last attempt found a file that cannot be read for now. */
  boolean failed() {
    return failures.times() > 0;
  }

  private Optional<Loaded> takeBegun(List<SpoolName> names) {
    Optional<Begun> taken = begun.filter(some -> some.names().equals(names));
    begun = Optional.empty();
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    try {
      Loaded loaded = taken.get().loaded().get();
      forgetFailures();
      return Optional.of(loaded);
    } catch (ExecutionException e) {
      LOG.debug("files could not be read ahead: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  private Optional<ReadFile> unreadable(SpoolDirectory directory, SpoolName name, Throwable cause) {
    failures.again(
        times ->
            LOG.warn(
                "spool file {} could not be read (attempt {}): {}",
                name.fileName(),
                times,
                Causes.oneLine(cause)));
    if (!isLost(directory, name, cause)) {
      return Optional.empty();
    }
    forgetFailures();
    return Optional.of(new ReadFile(name, 0));
  }

  /** What is hidden while the directory is away, or files or memory are short, is not lost. */
  private boolean isLost(SpoolDirectory directory, SpoolName name, Throwable cause) {
    if (!directory.isThere()) {
      faultsOfFile = 0;
      return false;
    }
    if (directory.lacks(name)) {
      return true;
    }
    boolean ofFile = !(cause instanceof OutOfMemoryError) && directory.readsBeside(name);
    faultsOfFile = ofFile ? faultsOfFile + 1 : 0;
    return faultsOfFile >= MAX_READS;
  }

  private void forgetFailures() {
    int ignored = failures.reset();
    faultsOfFile = 0;
  }

  private static Loaded load(SpoolDirectory directory, List<SpoolName> names) throws IOException {
    RowCollector rows = room(directory, names);
    List<ReadFile> files = new ArrayList<>();
    for (SpoolName name : names) {
      files.add(new ReadFile(name, directory.read(name, rows)));
    }
    return new Loaded(files, rows.rows());
  }

  /** Many files are small together, and one makes its room itself. */
  private static RowCollector room(SpoolDirectory directory, List<SpoolName> names) {
    return names.size() == 1
        ? new RowCollector(0, 0)
        : new RowCollector(
            directory.waiting().bytes(names), names.stream().mapToLong(SpoolName::rows).sum());
  }
}
