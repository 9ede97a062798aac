package dev.mlinfra.internal.spool;

import dev.mlinfra.spi.runtime.Daemons;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does work of the two threads of a spool beside them, so that disk, processor and server need not
 * wait for each other. Its threads end when there is nothing to do.
 */
final class DiskExecutor implements AutoCloseable {
  private static final int MAX_THREADS = 3; // syncs, reads, deletes
  private static final long IDLE_SECONDS = 5;
  private static final long CLOSE_SECONDS = 5;

  private final ThreadPoolExecutor threads;

  DiskExecutor() {
    this(Daemons.named("ml-infra-decision-disk"));
  }

  DiskExecutor(ThreadFactory factory) {
    this.threads =
        new ThreadPoolExecutor(
            0, MAX_THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
  }

  /** Begins a piece of work, or nothing when that is not possible now. */
  <T> Optional<Future<T>> begin(Callable<T> work) {
    try {
      return Optional.of(threads.submit(work));
    } catch (RejectedExecutionException | OutOfMemoryError e) { // of threads too
      return Optional.empty();
    }
  }

  /** Begins a piece of work, or does it when that is not possible now. */
  void run(Runnable work) {
    if (begin(Executors.callable(work)).isEmpty()) {
      work.run();
    }
  }

  /** Waits a while for what was begun. */
  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean ignored = threads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
