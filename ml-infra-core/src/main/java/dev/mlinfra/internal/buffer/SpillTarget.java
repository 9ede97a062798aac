package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.RowBatch;

/**
 * Where a buffer puts batches that its store does not get at once. This one keeps nothing; others
 * block for a local disk.
 */
public class SpillTarget<T> {
  private final SpoolTally tally = new SpoolTally();

  /** Whether the next batch goes here rather than to the store. */
  public boolean wants(boolean storeFails, boolean aboveMark) {
    return false;
  }

  /**
   * Keeps a batch on disk, or says that the buffer must.
   *
   * @param neverSent when no part of it was ever sent to the store
   * @throws dev.mlinfra.error.CorruptDataException when a row cannot be kept
   */
  public boolean keep(RowBatch<T> batch, boolean neverSent) {
    return false;
  }

  /** A mark behind everything that was kept so far. */
  public long newest() {
    return 0;
  }

  /** Whether everything up to a mark has left. */
  public boolean passed(long mark) {
    return true;
  }

  /** What was kept and what became of it. */
  public final SpoolTally tally() {
    return tally;
  }
}
