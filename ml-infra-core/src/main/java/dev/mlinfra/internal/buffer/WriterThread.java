package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that writes the buffers of a client. */
public final class WriterThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WriterThread.class);
  private static final long POLL_NANOS = 2_000_000;
  private static final long FAULT_PAUSE_NANOS = 1_000_000_000;
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final List<WriteBehind<?>> buffers;
  private final Duration closeTimeout;
  private final Runnable atEnd;
  private final Thread thread;
  private volatile boolean urgent;
  private volatile boolean closing;
  private volatile long closeDeadlineNanos;

  /** Starts a daemon thread of that name; the last thing that it runs is {@code atEnd}. */
  public WriterThread(
      String name, Duration closeTimeout, List<WriteBehind<?>> buffers, Runnable atEnd) {
    this.buffers = List.copyOf(buffers);
    this.closeTimeout = closeTimeout;
    this.atEnd = atEnd;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until a buffer has settled what it had accepted before the call, or is paused. */
  public boolean flush(WriteBehind<?> buffer, Duration timeout) {
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    if (!sync(buffer, timeout)) {
      return false;
    }
    SpillTarget<?> overflow = buffer.overflow();
    long mark = overflow.newest();
    return await(deadline, buffer, () -> overflow.passed(mark));
  }

  /** Waits until nothing that a buffer had accepted before the call is in memory only. */
  public boolean sync(WriteBehind<?> buffer, Duration timeout) {
    BooleanSupplier left = buffer.leftMemory();
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    return await(deadline, buffer, left);
  }

  private boolean await(long deadline, WriteBehind<?> buffer, BooleanSupplier done) {
    while (!done.getAsBoolean()) {
      if (buffer.paused()
          || System.nanoTime() - deadline >= 0
          || Thread.currentThread().isInterrupted()) {
        return false;
      }
      urgent = true;
      LockSupport.unpark(thread);
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** Writes what is left for at most the close time-out; what then remains is counted as lost. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closeDeadlineNanos = System.nanoTime() + closeTimeout.toNanos();
    buffers.forEach(WriteBehind::refuseOffers);
    closing = true;
    LockSupport.unpark(thread);
    Timeouts.join(thread, closeTimeout.plus(GRACE));
    if (thread.isAlive()) {
      thread.interrupt();
      Timeouts.join(thread, GRACE);
    }
    if (thread.isAlive()) {
      LOG.warn("{} is still in a blocked write; what it holds stays counted as buffered", thread);
    }
  }

  private void run() {
    try {
      while (!(closing && ended())) {
        boolean hurry = urgent || closing;
        urgent = false;
        long rest = Long.MAX_VALUE;
        for (WriteBehind<?> buffer : buffers) {
          rest = Math.min(rest, step(buffer, hurry));
        }
        if (rest > 0 && !urgent) {
          LockSupport.parkNanos(closing ? Math.min(rest, POLL_NANOS) : rest);
        }
        // An interrupt would make every later park return at once, and close files that are open.
        boolean ignored = Thread.interrupted();
      }
      buffers.forEach(WriteBehind::finish);
    } finally {
      atEnd.run();
    }
  }

  private boolean ended() {
    return System.nanoTime() - closeDeadlineNanos >= 0
        || buffers.stream().allMatch(buffer -> buffer.drained() || buffer.paused());
  }

  @SuppressWarnings("CatchingUnchecked") // lack of memory, say, must not end the writer
  private static long step(WriteBehind<?> buffer, boolean hurry) {
    try {
      return buffer.step(System.nanoTime(), hurry);
    } catch (Throwable e) {
      LOG.error("{} buffer could not go on and tries again: {}", buffer.name(), e.toString());
      return FAULT_PAUSE_NANOS;
    }
  }
}
