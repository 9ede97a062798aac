package dev.mlinfra.internal.buffer;

import java.util.concurrent.atomic.LongAdder;

/** What a buffer put into the spool and what became of it. Every counter only grows. */
public final class SpoolTally {
  /** Rows that are or were on disk. */
  public final LongAdder kept = new LongAdder();

  /** Rows that were stored from there. */
  public final LongAdder stored = new LongAdder();

  /** How many of those the store had before. */
  public final LongAdder duplicates = new LongAdder();

  /** Rows that the store refused and that are dead letters. */
  public final LongAdder parked = new LongAdder();

  /** Rows that the store refused and that nobody keeps. */
  public final LongAdder unstorable = new LongAdder();

  /** Rows whose file could not be read back whole. */
  public final LongAdder damaged = new LongAdder();

  /** Attempts to store rows that failed and are repeated. */
  public final LongAdder writeFailures = new LongAdder();

  long left() {
    return stored.sum() + parked.sum() + unstorable.sum() + damaged.sum();
  }
}
