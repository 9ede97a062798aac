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
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file on its way to the store: what is left of it, and what became of the rest. A row that the
 * store refuses is found by halving and parked. Nothing counts before all of it is settled.
 */
final class ReplayedFile {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayedFile.class);
  private static final EncodedRows NO_ROWS = new EncodedRows(new byte[0], new int[0]);

  private final Spool spool;
  private final SpoolName name;
  private final Optional<DeadLetterStore> letters;
  private final Telemetry telemetry;
  private final @Nullable SpoolLane<?, ?> lane;
  private final int damaged;
  private final Deque<EncodedRows> left = new ArrayDeque<>();
  private boolean firstAttempt;
  private int stored;
  private int repeated;
  private int parked;
  private int unstorable;

  private ReplayedFile(
      Spool spool,
      SpoolName name,
      EncodedRows rows,
      boolean firstAttempt,
      Optional<DeadLetterStore> letters,
      Telemetry telemetry) {
    this.spool = spool;
    this.name = name;
    this.letters = letters;
    this.telemetry = telemetry;
    this.firstAttempt = firstAttempt;
    SpoolLane<?, ?> known = spool.lane(name.kind());
    this.lane = known != null && known.store().version() == name.version() ? known : null;
    if (lane != null && rows.count() > 0) {
      left.add(rows);
    }
    this.damaged = name.rows() - (lane == null ? 0 : rows.count());
  }

  static ReplayedFile load(
      Spool spool,
      SpoolDirectory directory,
      SpoolName name,
      boolean firstAttempt,
      Optional<DeadLetterStore> letters,
      Telemetry telemetry)
      throws IOException {
    EncodedRows rows = directory.load(name).rows();
    return new ReplayedFile(spool, name, rows, firstAttempt, letters, telemetry);
  }

  static ReplayedFile unreadable(
      Spool spool, SpoolName name, Optional<DeadLetterStore> letters, Telemetry telemetry) {
    return new ReplayedFile(spool, name, NO_ROWS, false, letters, telemetry);
  }

  SpoolName name() {
    return name;
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
    telemetry.time(Meter.BUFFER_WRITE, System.nanoTime() - start, name.kind());
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

  /** Counts what became of the rows and takes the file away. */
  void settle(SpoolDirectory directory) throws IOException {
    if (lane != null) {
      telemetry.count(Meter.SPOOL_REPLAYED, stored, name.kind());
    }
    if (directory.isOwn(name) && lane != null) {
      count(lane.tally());
    }
    if (damaged == 0) {
      directory.delete(name);
      return;
    }
    LOG.warn("spool file {} had {} damaged or foreign rows; set aside", name.fileName(), damaged);
    if (directory.setAside(name)) {
      spool.quarantined.increment();
    }
  }

  private void count(SpoolTally tally) {
    tally.repeated.add(repeated);
    tally.stored.add(stored);
    tally.parked.add(parked);
    tally.unstorable.add(unstorable);
    tally.damaged.add(damaged);
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
