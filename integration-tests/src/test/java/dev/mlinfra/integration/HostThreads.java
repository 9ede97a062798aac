package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.testing.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads of a host service: each makes the same call again and again, with a short rest, until
 * it is told to stop. Remembers the slowest call and everything that was thrown.
 */
final class HostThreads implements AutoCloseable {
  /** A call of the host into the library. */
  @FunctionalInterface
  interface Call {
    void make() throws Exception;
  }

  /** Far above any pause of a busy machine, far below any hang that the tests cause. */
  private static final Duration NEVER_BLOCKED = Duration.ofSeconds(2);

  private static final Duration REST = Duration.ofMillis(1);
  private final AtomicLong slowestNanos = new AtomicLong();
  private final AtomicLong calls = new AtomicLong();
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  private HostThreads() {}

  static HostThreads start(int count, Call call) {
    return start(count, REST, call);
  }

  static HostThreads start(int count, Duration rest, Call call) {
    HostThreads host = new HostThreads();
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> host.run(call, rest), "host-" + i);
      thread.setDaemon(true);
      host.threads.add(thread);
      thread.start();
    }
    return host;
  }

  /** Waits until this many calls more than now have returned. */
  void awaitCalls(int more) {
    long target = calls.get() + more;
    Await.until(more + " more host calls", () -> calls.get() >= target);
  }

  /** Lets every thread end its call in hand, and asserts that the host came to no harm. */
  void stopUnharmed() {
    close();
    assertThat(thrown).as("what reached a host thread").isEmpty();
    assertThat(Duration.ofNanos(slowestNanos.get()))
        .as("slowest of %d host calls", calls.get())
        .isLessThan(NEVER_BLOCKED);
    assertThat(threads).as("host threads that hang").noneMatch(Thread::isAlive);
  }

  @Override
  public void close() {
    stopping = true;
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofSeconds(30).toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // an Error must not reach a host either
  private void run(Call call, Duration rest) {
    while (!stopping) {
      long start = System.nanoTime();
      try {
        call.make();
      } catch (Throwable e) {
        thrown.add(e);
      }
      long took = System.nanoTime() - start;
      slowestNanos.accumulateAndGet(took, Math::max);
      calls.incrementAndGet();
      LockSupport.parkNanos(rest.toNanos());
    }
  }
}
