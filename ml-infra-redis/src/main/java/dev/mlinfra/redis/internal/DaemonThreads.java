package dev.mlinfra.redis.internal;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Numbers the threads of a pool and lets the host's JVM end without them. */
record DaemonThreads(String prefix, AtomicInteger made) implements ThreadFactory {
  DaemonThreads(String prefix) {
    this(prefix, new AtomicInteger());
  }

  @Override
  public Thread newThread(Runnable task) {
    Thread thread = new Thread(task, prefix + "-" + made.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }
}
