package dev.mlinfra.internal.runtime;

import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the signal about twice a second. The pause varies, so that the services of a site spread
 * over time; together with the budget it stays under a second.
 */
final class PauseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PauseWatch.class);
  private static final Duration BUDGET = Duration.ofMillis(400);
  private static final long MIN_REST_NANOS = 300_000_000;
  private static final long MAX_REST_NANOS = 500_000_000;
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(1);

  private final PauseSignal signal;
  private final Consumer<String> seen;
  private final Runnable looked;
  private final Thread thread;
  private volatile boolean closed;
  private int failures;

  /** Starts the thread; it hands over what the signal says, empty for not paused. */
  PauseWatch(PauseSignal signal, Consumer<String> seen, Runnable looked) {
    this.signal = signal;
    this.seen = seen;
    this.looked = looked;
    this.thread = new Thread(this::run, "ml-infra-pause-watch");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    Timeouts.join(thread, CLOSE_WAIT);
    if (thread.isAlive()) {
      thread.interrupt();
      Timeouts.join(thread, CLOSE_WAIT);
    }
  }

  private void run() {
    while (!closed) {
      look();
      looked.run();
      if (!closed) {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MIN_REST_NANOS, MAX_REST_NANOS));
        // An interrupt would make every later park return at once.
        boolean ignored = Thread.interrupted();
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // whatever fails, what was seen last stays in force
  private void look() {
    try {
      seen.accept(signal.look(BUDGET).orElse(""));
      failures = 0;
    } catch (Throwable e) {
      failures++;
      if (!closed && Integer.bitCount(failures) == 1) {
        LOG.warn(
            "the pause signal cannot be read, what it said last stays (attempt {}): {}",
            failures,
            e.toString());
      }
    }
  }
}
