package dev.mlinfra.benchmarks.peers.enqueue;

import java.util.concurrent.atomic.AtomicLong;

/** The limit of many threads: all of them count in one place. */
final class CounterQueue implements Queue {
  private final AtomicLong count = new AtomicLong();

  @Override
  public Object offer() {
    return count.incrementAndGet();
  }

  @Override
  public void drain() {}

  @Override
  public void close() {}
}
