package dev.mlinfra.benchmarks.peers.enqueue;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;

/** A queue and a thread that empties it: JCTools looks again every 2 ms, the JDK's is woken. */
final class BareQueue implements Queue {
  private static final int ROWS = 65_536;
  private static final Object VALUE = new Object();

  private final java.util.Queue<Object> queue;
  private final Thread consumer;
  private volatile boolean ended;

  private BareQueue(java.util.Queue<Object> queue, boolean blocking) {
    this.queue = queue;
    this.consumer = new Thread(() -> consume(blocking), "consumer");
    consumer.setDaemon(true);
    consumer.start();
  }

  static BareQueue jctools() {
    return new BareQueue(new MpscArrayQueue<>(ROWS), false);
  }

  static BareQueue blocking() {
    return new BareQueue(new ArrayBlockingQueue<>(ROWS), true);
  }

  private void consume(boolean blocking) {
    while (!ended) {
      if (blocking) {
        take((BlockingQueue<Object>) queue);
      } else if (queue.poll() == null) {
        LockSupport.parkNanos(2_000_000);
      }
    }
  }

  private static void take(BlockingQueue<Object> from) {
    try {
      from.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Object offer() {
    return queue.offer(VALUE);
  }

  @Override
  public void drain() {
    while (!queue.isEmpty()) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Override
  public void close() {
    ended = true;
    consumer.interrupt();
  }
}
