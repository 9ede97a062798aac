package dev.mlinfra.internal.spool;

import dev.mlinfra.internal.buffer.SpoolTally;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Meter;
import dev.mlinfra.telemetry.Telemetry;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
  private int repeated;
  private int parked;
  private int unstorable;

  /**
   * Takes files of the same kind and version, at least one.
   *
   * @param firstAttempt whether none of their rows can be in the store
   */
  ReplayedFiles(
      Spool spool,
      List<SpoolFile> files,
      boolean firstAttempt,
      Optional<DeadLetterStore> letters,
      Telemetry telemetry) {
    this.spool = spool;
    this.files = files;
    this.letters = letters;
    this.telemetry = telemetry;
    this.firstAttempt = firstAttempt;
    SpoolName name = newest();
    SpoolLane<?, ?> known = spool.lane(name.kind());
    this.lane = known != null && known.store().reads(name.version()) ? known : null;
    EncodedRows rows = EncodedRows.concat(files.stream().map(SpoolFile::rows).toList());
    if (lane != null && rows.count() > 0) {
      left.add(rows);
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
    telemetry.time(Meter.BUFFER_WRITE, System.nanoTime() - start, newest().kind());
    left.removeFirst();
    stored += rows.count();
    repeated += written.repeated();
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
    DeadLetter letter = store().letter(rows, oneLine(cause));
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
   * Counts what became of the rows and takes the files away, each of them even when the disk
   * refuses another: a file that stayed would be counted again.
   */
  void settle(SpoolDirectory directory) {
    if (lane != null) {
      telemetry.count(Meter.SPOOL_REPLAYED, stored, newest().kind());
      if (directory.isOwn(newest())) {
        count(lane.tally());
      }
    }
    for (SpoolFile file : files) {
      try {
        takeAway(directory, file);
      } catch (IOException e) {
        spool.refused(e); // the next process finds it again, and the store knows its rows
      }
    }
  }

  private void takeAway(SpoolDirectory directory, SpoolFile file) throws IOException {
    int damaged = damaged(file);
    if (damaged == 0) {
      directory.delete(file.name());
      return;
    }
    LOG.warn(
        "spool file {} had {} damaged or foreign rows; set aside", file.name().fileName(), damaged);
    if (directory.setAside(file.name())) {
      spool.quarantined.increment();
    }
  }

  private int damaged(SpoolFile file) {
    return file.name().rows() - (lane == null ? 0 : file.rows().count());
  }

  private void count(SpoolTally tally) {
    tally.repeated.add(repeated);
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

  static String oneLine(Throwable cause) {
    return String.valueOf(cause.getMessage()).replaceAll("\\s*\\R\\s*", " ");
  }
}
