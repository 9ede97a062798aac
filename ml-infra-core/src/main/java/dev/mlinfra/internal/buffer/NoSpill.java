package dev.mlinfra.internal.buffer;

import java.util.List;

/** Keeps nothing. */
record NoSpill<T>(SpoolTally tally) implements SpillTarget<T> {
  @Override
  public boolean wants(boolean storeFails, boolean aboveMark) {
    return false;
  }

  @Override
  public boolean keep(List<Sequenced<T>> batch, boolean neverSent) {
    return false;
  }

  @Override
  public long newest() {
    return 0;
  }

  @Override
  public boolean passed(long mark) {
    return true;
  }
}
