package dev.mlinfra.internal.spool;

import dev.mlinfra.internal.buffer.SpoolTally;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of one kind on their way to the store together: what is left of them, and what became of
 * the rest. A row that the store refuses is found by halving and parked. Nothing counts before all
 * of it is settled.
 */
final class ReplayedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayedFiles.class);

  private final Spool spool;
  private final List<SpoolFile> files;
  private final Optional<DeadLetterStore> letters;
  private final Telemetry telemetry;
  private final @Nullable SpoolLane<?, ?> lane;
  private final Deque<EncodedRows> left = new ArrayDeque<>();
  private boolean firstAttempt;
  private int stored;
  private int duplicates;
  private int parked;
  private int unstorable;

  /**
   * Takes files of the same kind and version, at least one.
   *
   * @param firstAttempt whether none of their rows can be in the store
   */
  ReplayedFiles(
      Spool spool,
      SpoolFileReader.Loaded loaded,
      boolean firstAttempt,
      Optional<DeadLetterStore> letters,
      Telemetry telemetry) {
    this.spool = spool;
    this.files = loaded.files();
    this.letters = letters;
    this.telemetry = telemetry;
    this.firstAttempt = firstAttempt;
    SpoolName name = newest();
    SpoolLane<?, ?> known = spool.lane(name.kind());
    this.lane = known != null && known.store().reads(name.version()) ? known : null;
    if (lane != null && loaded.rows().count() > 0) {
      left.add(loaded.rows());
    }
  }

  /** The last of them that was written. */
  SpoolName newest() {
    return files.get(files.size() - 1).name();
  }

  /** How many rows they had when they were written. */
  long rows() {
    return files.stream().mapToLong(file -> file.name().rows()).sum();
  }

  boolean isDone() {
    return left.isEmpty();
  }

  void storeNext() {
    boolean first = firstAttempt;
    firstAttempt = false;
    EncodedRows rows = left.getFirst();
    long start = System.nanoTime();
    Written written = store().store(rows, first);
    telemetry.time(Instrument.BUFFER_WRITE, System.nanoTime() - start, newest().kind());
    left.removeFirst();
    stored += rows.count();
    duplicates += written.duplicates();
  }

  void halveOrPark(Throwable cause) {
    EncodedRows rows = left.getFirst();
    int middle = rows.count() / 2;
    if (middle > 0) {
      left.removeFirst();
      left.addFirst(rows.slice(middle, rows.count()));
      left.addFirst(rows.slice(0, middle));
      return;
    }
    DeadLetter letter = store().letter(rows, Causes.oneLine(cause));
    if (letters.isEmpty()) {
      LOG.error(
          "{} {} cannot be stored and no module keeps dead letters: {}",
          letter.origin(),
          letter.subjectId(),
          letter.cause());
      unstorable++;
    } else {
      letters.get().park(letter);
      LOG.warn(
          "{} {} parked as a dead letter: {}", letter.origin(), letter.subjectId(), letter.cause());
      parked++;
    }
    left.removeFirst();
  }

  void countFailure() {
    if (lane != null) {
      lane.tally().writeFailures.increment();
    }
  }

  /**
   * Counts what became of the rows, forgets the files and takes them away, perhaps later. A file
   * that the disk does not let go is forgotten all the same, or it would be counted again.
   */
  void settle(SpoolDirectory directory, DiskExecutor ahead) {
    if (lane != null) {
      telemetry.count(Instrument.SPOOL_REPLAYED, stored, newest().kind());
      if (directory.waiting().isOwn(newest())) {
        count(lane.tally());
      }
    }
    Map<SpoolName, Long> whole = new LinkedHashMap<>();
    for (SpoolFile file : files) {
      long size = directory.waiting().forget(file.name());
      if (damaged(file) == 0) {
        whole.put(file.name(), size);
      } else {
        setAside(directory, file, size);
      }
    }
    ahead.run(
        () -> {
          directory.deleteAgain();
          whole.forEach((name, size) -> delete(directory, name, size));
        });
  }

  private void delete(SpoolDirectory directory, SpoolName name, long size) {
    try {
      directory.delete(name, size);
    } catch (IOException e) {
      spool.refused(e); // tried again, or found by the next process; the store knows its rows
    }
  }

  private void setAside(SpoolDirectory directory, SpoolFile file, long size) {
    LOG.warn(
        "spool file {} had {} damaged or foreign rows; set aside",
        file.name().fileName(),
        damaged(file));
    try {
      if (directory.setAside(file.name(), size)) {
        spool.quarantined.increment();
      }
    } catch (IOException e) {
      spool.refused(e);
    }
  }

  private int damaged(SpoolFile file) {
    return file.name().rows() - (lane == null ? 0 : file.whole());
  }

  private void count(SpoolTally tally) {
    tally.duplicates.add(duplicates);
    tally.stored.add(stored);
    tally.parked.add(parked);
    tally.unstorable.add(unstorable);
    tally.damaged.add(files.stream().mapToInt(this::damaged).sum());
  }

  private RowStore<?> store() {
    if (lane == null) {
      throw new IllegalStateException("rows without a store");
    }
    return lane.store();
  }
}
