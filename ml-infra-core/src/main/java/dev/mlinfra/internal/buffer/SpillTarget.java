package dev.mlinfra.internal.buffer;

import java.util.List;

/** Where a buffer puts batches that its store does not get at once. Blocks for a local disk. */
public interface SpillTarget<T> {
  /** Whether the next batch goes here rather than to the store. */
  boolean wants(boolean storeFails, boolean aboveMark);

  /**
   * Keeps a batch on disk, or says that the buffer must.
   *
   * @param neverSent when no part of it was ever sent to the store
   * @throws dev.mlinfra.error.CorruptDataException when a row cannot be kept
   */
  boolean keep(List<Sequenced<T>> batch, boolean neverSent);

  /** What was kept and what became of it. */
  SpoolTally tally();

  /** A mark behind everything that was kept so far. */
  long newest();

  /** Whether everything up to a mark has left. */
  boolean passed(long mark);

  /** One that keeps nothing. */
  static <T> SpillTarget<T> none() {
    return new NoSpill<>(new SpoolTally());
  }
}
