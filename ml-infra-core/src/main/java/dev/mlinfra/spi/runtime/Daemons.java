package dev.mlinfra.spi.runtime;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where all threads of the library come from: they have a name, and the host's JVM ends without
 * them.
 *
 * @since 0.1
 */
public final class Daemons {
  private static final Duration IDLE = Duration.ofSeconds(10);

  private Daemons() {}

  /**
   * Makes a thread and does not start it.
   *
   * @param name as {@code ml-infra-decision-writer}
   * @param work what it does
   * @return the thread
   * @since 0.1
   */
  public static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Makes threads that share a name.
   *
   * @param name the name
   * @return the factory; thread-safe
   * @since 0.1
   */
  public static ThreadFactory named(String name) {
    return work -> thread(name, work);
  }

  /**
   * Makes threads that are told apart by a number.
   *
   * @param prefix what comes before the number
   * @return the factory; thread-safe
   * @since 0.1
   */
  public static ThreadFactory numbered(String prefix) {
    AtomicInteger made = new AtomicInteger();
    return work -> thread(prefix + "-" + made.incrementAndGet(), work);
  }

  /**
   * Makes a pool whose threads start when they are needed and end when they are idle.
   *
   * @param threads makes them
   * @param most how many there may be
   * @param waiting where work waits for one of them
   * @return the pool
   * @since 0.1
   */
  public static ThreadPoolExecutor pool(
      ThreadFactory threads, int most, BlockingQueue<Runnable> waiting) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(most, most, IDLE.toSeconds(), TimeUnit.SECONDS, waiting, threads);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
