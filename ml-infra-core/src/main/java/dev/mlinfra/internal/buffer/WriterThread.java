package dev.mlinfra.internal.buffer;

import dev.mlinfra.spi.runtime.Attempts;
import dev.mlinfra.spi.runtime.Backoff;
import dev.mlinfra.spi.runtime.RepeatingTask;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The one thread that writes the buffers of a client. */
public final class WriterThread implements AutoCloseable {
  private static final long POLL_NANOS = 2_000_000;
  private static final Backoff FAULT_PAUSE =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));

  private final List<Lane> buffers;
  private final RepeatingTask task;
  private volatile boolean urgent;

  /** Starts a daemon thread of that name; the last thing that it runs is {@code atEnd}. */
  public WriterThread(
      String name, Duration closeTimeout, List<WriteBehind<?>> buffers, Runnable atEnd) {
    this.buffers = buffers.stream().map(Lane::of).toList();
    this.task =
        RepeatingTask.named(name, this::turn)
            .drains(closeTimeout, this::drained)
            .leaves("what it holds stays counted as buffered")
            .atEnd(() -> finish(atEnd))
            .build();
    task.start();
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
      task.wake();
      LockSupport.parkNanos(POLL_NANOS);
    }
    return true;
  }

  /** Writes what is left for at most the close time-out; what then remains is counted as lost. */
  @Override
  public void close() {
    if (!task.closing()) {
      buffers.forEach(each -> each.buffer.refuseOffers());
      task.close();
    }
  }

  private long turn() {
    boolean hurry = urgent || task.closing();
    urgent = false;
    long rest = Long.MAX_VALUE;
    for (Lane each : buffers) {
      rest = Math.min(rest, each.step(hurry));
    }
    return urgent ? 0 : rest;
  }

  private boolean drained() {
    return buffers.stream().allMatch(each -> each.buffer.drained() || each.buffer.paused());
  }

  private void finish(Runnable atEnd) {
    try {
      buffers.forEach(each -> each.buffer.finish());
    } finally {
      atEnd.run();
    }
  }

  /** A buffer that holds up no other when it cannot go on. */
  private record Lane(WriteBehind<?> buffer, Attempts attempts) {
    static Lane of(WriteBehind<?> buffer) {
      return new Lane(
          buffer, new Attempts(WriterThread.class, buffer.name() + " buffer", FAULT_PAUSE));
    }

    @SuppressWarnings("CatchingUnchecked") // lack of memory, say, must not hold up the others
    long step(boolean hurry) {
      try {
        long rest = buffer.step(System.nanoTime(), hurry);
        attempts.succeeded();
        return rest;
      } catch (Throwable e) {
        return attempts.failed("cannot go on", e);
      }
    }
  }
}
