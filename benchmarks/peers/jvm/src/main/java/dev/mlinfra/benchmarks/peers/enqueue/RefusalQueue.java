package dev.mlinfra.benchmarks.peers.enqueue;

import java.util.concurrent.atomic.LongAdder;

/** The limit of a full queue: one look and one count. */
final class RefusalQueue implements Queue {
  private final LongAdder dropped = new LongAdder();
  private volatile boolean full = true;

  @Override
  public Object offer() {
    if (full) {
      dropped.increment();
    }
    return dropped;
  }

  @Override
  public void drain() {
    full = true;
  }

  @Override
  public void close() {}
}
