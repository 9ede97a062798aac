package dev.mlinfra.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RepeatingTaskTest {
  private static final Backoff NONE = new Backoff(Duration.ofNanos(1), Duration.ofNanos(1));
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Semaphore turns = new Semaphore(0);
  private final AtomicReference<Thread> thread = new AtomicReference<>();
  private RepeatingTask task = RepeatingTask.named("ml-infra-test", this::once).build();

  @AfterEach
  void end() {
    task.close();
  }

  @Test
  void takesATurnWhenItIsWokenAndNoneBefore() throws Exception {
    task.start();
    turns.acquire();
    task.wake();
    turns.acquire();
    assertThat(thread.get().isDaemon()).isTrue();
    assertThat(thread.get().getName()).isEqualTo("ml-infra-test");
    assertThat(turns.availablePermits()).isZero();
  }

  @Test
  void doesWhatComesAtTheEndOnceWhenItIsStartedAfterItsClose() {
    AtomicInteger ended = new AtomicInteger();
    RepeatingTask late =
        RepeatingTask.named("ml-infra-test", () -> RepeatingTask.UNTIL_WOKEN)
            .atEnd(ended::incrementAndGet)
            .build();
    late.close();
    late.start();
    late.start();
    assertThat(ended).hasValue(1);
  }

  @Test
  void forgetsAnInterruptAndRestsOn() throws Exception {
    task.start();
    turns.acquire();
    for (int i = 0; i < 100; i++) {
      thread.get().interrupt();
      while (thread.get().isInterrupted()) {
        Thread.onSpinWait();
      }
    }
    assertThat(turns.availablePermits()).as("turns for nothing").isZero();
    task.wake();
    turns.acquire();
  }

  @Test
  void goesOnAfterWhateverATurnThrows() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    task =
        RepeatingTask.named(
                "ml-infra-test",
                () -> {
                  turns.release();
                  switch (taken.incrementAndGet()) {
                    case 1 -> throw new OutOfMemoryError("by the test");
                    case 2 -> throw new InterruptedException("by the test");
                    case 3 -> throw new StackOverflowError("by the test");
                    default -> {
                      return RepeatingTask.UNTIL_WOKEN;
                    }
                  }
                })
            .onFailure("cannot go on", NONE)
            .build();
    task.start();
    turns.acquire(4);
  }

  @Test
  void isNotWokenFromABackOff() throws Exception {
    task =
        RepeatingTask.named(
                "ml-infra-test",
                () -> {
                  turns.release();
                  throw new IllegalStateException("by the test");
                })
            .onFailure("cannot go on", new Backoff(LONG, LONG))
            .build();
    task.start();
    turns.acquire();
    task.wake();
    assertThat(task.end()).as("ended without an interrupt").isTrue();
    assertThat(turns.availablePermits()).isZero();
  }

  @Test
  void takesNoTurnWhilePaused() throws Exception {
    AtomicBoolean paused = new AtomicBoolean(true);
    CountDownLatch asked = new CountDownLatch(3);
    task =
        RepeatingTask.named("ml-infra-test", this::once)
            .pausedWhile(
                () -> {
                  asked.countDown();
                  return paused.get();
                })
            .build();
    task.start();
    asked.await();
    assertThat(turns.availablePermits()).isZero();
    paused.set(false);
    turns.acquire();
  }

  @Test
  void goesOnAfterItsCloseUntilItIsDrained() {
    AtomicInteger left = new AtomicInteger(5);
    AtomicBoolean ended = new AtomicBoolean();
    task =
        RepeatingTask.named(
                "ml-infra-test",
                () -> {
                  if (task.closing()) {
                    left.decrementAndGet();
                  }
                  return RepeatingTask.UNTIL_WOKEN;
                })
            .drains(LONG, () -> left.get() == 0)
            .atEnd(() -> ended.set(true))
            .build();
    task.start();
    assertThat(task.end()).isTrue();
    assertThat(left).hasValue(0);
    assertThat(ended).isTrue();
  }

  @Test
  void interruptsATurnThatOutlastsTheClose() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    task =
        RepeatingTask.named(
                "ml-infra-test",
                () -> {
                  turns.release();
                  never.await();
                  return 0;
                })
            .closeWait(Duration.ZERO)
            .build();
    task.start();
    turns.acquire();
    assertThat(task.end()).as("ended without an interrupt").isFalse();
  }

  @Test
  void endsFromWithinATurnAndDoesNotStartAfterwards() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    task =
        RepeatingTask.named(
                "ml-infra-test",
                () -> {
                  task.close();
                  turns.release();
                  return 0;
                })
            .atEnd(ended::countDown)
            .build();
    task.start();
    ended.await();
    task.start();
    assertThat(turns.availablePermits()).isEqualTo(1);
    RepeatingTask unused = RepeatingTask.named("ml-infra-test", this::once).build();
    assertThat(unused.end()).as("was never started").isFalse();
    unused.start();
    assertThat(turns.availablePermits()).isEqualTo(1);
  }

  private long once() {
    thread.set(Thread.currentThread());
    turns.release();
    return RepeatingTask.UNTIL_WOKEN;
  }
}
