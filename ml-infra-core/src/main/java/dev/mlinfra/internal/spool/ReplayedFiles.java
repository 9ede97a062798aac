package dev.mlinfra.internal.spool;

import dev.mlinfra.internal.buffer.PendingRows;
import dev.mlinfra.internal.buffer.SpoolTally;
import dev.mlinfra.internal.spool.SpoolFileReader.ReadFile;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.io.IOException;
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
  private final List<ReadFile> files;
  private final Telemetry telemetry;
  private final @Nullable SpoolLane<?> lane;
  private final PendingRows<EncodedRows> left;
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
    this.telemetry = telemetry;
    this.left = new PendingRows<>(new Encoded(), letters);
    SpoolName name = newest();
    SpoolLane<?> known = spool.lane(name.kind());
    this.lane = known != null && known.store().reads(name.version()) ? known : null;
    if (lane != null && loaded.rows().count() > 0) {
      left.add(loaded.rows(), firstAttempt);
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
    EncodedRows rows = left.first();
    long start = System.nanoTime();
    Written written = left.send(store()::store);
    telemetry.time(Instrument.BUFFER_WRITE, System.nanoTime() - start, newest().kind());
    stored += rows.count();
    duplicates += written.duplicates();
  }

  void halveOrPark(Throwable cause) {
    switch (left.halveOrPark(cause)) {
      case HALVED -> {}
      case PARKED -> parked++;
      case LOST -> unstorable++;
    }
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
    for (ReadFile file : files) {
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

  private void setAside(SpoolDirectory directory, ReadFile file, long size) {
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

  private int damaged(ReadFile file) {
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

  private final class Encoded implements PendingRows.Form<EncodedRows> {
    @Override
    public int count(EncodedRows rows) {
      return rows.count();
    }

    @Override
    public EncodedRows slice(EncodedRows rows, int from, int to) {
      return rows.slice(from, to);
    }

    @Override
    public DeadLetter letter(EncodedRows row, String cause) {
      return store().letter(row, cause);
    }
  }
}
