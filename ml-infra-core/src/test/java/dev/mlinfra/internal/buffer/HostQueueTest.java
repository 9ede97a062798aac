package dev.mlinfra.internal.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.buffer.BufferOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HostQueueTest {
  private static final int THREADS = 9;
  private static final int ROWS_EACH = 5_000;
  private static final long MAX_BYTES = 1L << 16;

  @RepeatedTest(10)
  void handsOutEachRowOnceAndThoseOfAThreadInTheirOrder() throws InterruptedException {
    HostQueue intake = intake(256);
    AtomicInteger running = new AtomicInteger(THREADS);
    List<Thread> threads = start(thread -> offerAll(intake, thread, running));
    int[] next = new int[THREADS];
    Random random = new Random(7);
    for (int round = 0; running.get() > 0 || !intake.isEmpty(); round++) {
      intake.drain(
          round,
          1 + random.nextInt(100),
          taken -> {
            Row row = (Row) taken;
            assertThat(row.number()).isEqualTo(next[row.thread()]++);
            intake.release(row.sizeBytes());
          });
      assertThat(intake.usedBytes()).isBetween(0L, MAX_BYTES);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(next).containsOnly(ROWS_EACH);
    assertThat(intake.acceptedTotal()).isEqualTo((long) THREADS * ROWS_EACH);
    assertThat(intake.drainedTotal()).isEqualTo((long) THREADS * ROWS_EACH);
    assertThat(intake.usedBytes()).isZero();
  }

  @RepeatedTest(10)
  void neverTakesMoreRowsThanItsBoundAndNearlyAsMany() throws InterruptedException {
    HostQueue intake = intake(1_024);
    AtomicLong taken = new AtomicLong();
    for (Thread thread : start(thread -> fill(intake, new Row(thread, 0, 1), taken))) {
      thread.join();
    }
    assertThat(taken.get()).isBetween(1_024L * 7 / 8, 1_024L);
    assertThat(intake.acceptedTotal()).isEqualTo(taken.get());
  }

  @RepeatedTest(10)
  void neverTakesMoreBytesThanItsBoundAndNearlyAsMany() throws InterruptedException {
    HostQueue intake = intake(1 << 16);
    AtomicLong taken = new AtomicLong();
    for (Thread thread : start(thread -> fill(intake, new Row(thread, 0, 100), taken))) {
      thread.join();
    }
    assertThat(taken.get() * 100).isBetween(MAX_BYTES * 3 / 4, MAX_BYTES);
    assertThat(intake.usedBytes()).isEqualTo(taken.get() * 100);
  }

  @Test
  void givesOneThreadAllOfTheRoomAgainAndAgain() {
    HostQueue intake = intake(100);
    for (int round = 0; round < 1_000; round++) {
      AtomicLong taken = new AtomicLong();
      fill(intake, new Row(0, 0, 8), taken);
      assertThat(taken.get()).isEqualTo(100);
      intake.drain(round, Integer.MAX_VALUE, row -> intake.release(((Row) row).sizeBytes()));
    }
    assertThat(intake.usedBytes()).isZero();
  }

  @Test
  void leavesToOthersWhatAThreadOfManySmallRowsDoesNotUse() throws InterruptedException {
    HostQueue intake = intake(1 << 10);
    for (int i = 0; i < 100_000; i++) {
      assertThat(offer(intake, new Row(0, i, 1))).isTrue();
      intake.drain(i, 1, row -> intake.release(1));
    }
    AtomicInteger taken = new AtomicInteger();
    for (Thread thread : start(thread -> taken.addAndGet(fifty(intake, thread)))) {
      thread.join();
    }
    assertThat(taken.get()).isEqualTo(THREADS * 50);
  }

  @Test
  void takesARowThatNeedsAllBytesAndNoneThatNeedsMore() {
    HostQueue intake = intake(8);
    assertThat(offer(intake, new Row(0, 0, (int) MAX_BYTES + 1))).isFalse();
    assertThat(offer(intake, new Row(0, 0, (int) MAX_BYTES))).isTrue();
    assertThat(offer(intake, new Row(0, 1, 1))).isFalse();
    intake.drain(0, 1, row -> {});
    assertThat(offer(intake, new Row(0, 1, 1))).isFalse();
    intake.release(MAX_BYTES);
    assertThat(offer(intake, new Row(0, 1, 1))).isTrue();
  }

  @Test
  void goesOnWhenItsCountOfRowsBeginsAgain() {
    HostQueue intake = intake(1 << 16);
    Row row = new Row(0, 0, 1);
    long rows = (1L << 25) + 100_000;
    for (long i = 0; i < rows; i++) {
      if (!offer(intake, row)) {
        intake.drain(0, Integer.MAX_VALUE, each -> intake.release(1));
        assertThat(offer(intake, row)).isTrue();
      }
    }
    assertThat(intake.acceptedTotal()).isEqualTo(rows);
    intake.drain(0, Integer.MAX_VALUE, each -> {});
    assertThat(intake.drainedTotal()).isEqualTo(rows);
    assertThat(intake.isEmpty()).isTrue();
  }

  @Test
  void knowsWhenWhatItHadAtACallWasTakenOut() throws InterruptedException {
    HostQueue intake = intake(256);
    for (Thread thread :
        start(thread -> assertThat(offer(intake, new Row(thread, 0, 1))).isTrue())) {
      thread.join();
    }
    BooleanSupplier taken = intake.drainedSoFar();
    for (Thread thread :
        start(thread -> assertThat(offer(intake, new Row(thread, 1, 1))).isTrue())) {
      thread.join();
    }
    List<Integer> numbers = new ArrayList<>();
    for (int round = 0; !taken.getAsBoolean(); round++) {
      assertThat(round).isLessThan(2 * THREADS);
      intake.drain(0, 1, row -> numbers.add(((Row) row).number()));
    }
    assertThat(numbers).filteredOn(number -> number == 0).hasSize(THREADS);
  }

  @Test
  void keepsARowThatWasNotAcceptedAtItsPlace() {
    HostQueue intake = intake(8);
    for (int i = 0; i < 8; i++) {
      assertThat(offer(intake, new Row(0, i, 1))).isTrue();
    }
    List<Integer> numbers = new ArrayList<>();
    AtomicInteger failures = new AtomicInteger(2);
    for (int round = 0; !intake.isEmpty(); round++) {
      assertThat(round).isLessThan(8);
      try {
        intake.drain(0, 8, row -> accept(numbers, ((Row) row).number(), failures));
      } catch (IllegalStateException expected) {
        assertThat(numbers).containsExactly(0, 1, 2, 3);
      }
    }
    assertThat(numbers).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    assertThat(offer(intake, new Row(0, 8, 1))).isTrue();
  }

  @Test
  void takesALargeRowWhenAllIsFreeWhateverOthersHaveBorrowed() throws InterruptedException {
    HostQueue intake = intake(256);
    for (Thread thread : start(thread -> fifty(intake, thread))) {
      thread.join();
    }
    intake.drain(0, Integer.MAX_VALUE, row -> intake.release(((Row) row).sizeBytes()));
    assertThat(intake.usedBytes()).isZero();
    assertThat(offer(intake, new Row(0, 0, (int) MAX_BYTES))).isTrue();
    assertThat(intake.usedBytes()).isEqualTo(MAX_BYTES);
  }

  private static void accept(List<Integer> numbers, int number, AtomicInteger failures) {
    if (number == 4 && failures.getAndDecrement() > 0) {
      throw new IllegalStateException("by the test");
    }
    numbers.add(number);
  }

  private static HostQueue intake(int maxRows) {
    return new HostQueue(
        BufferOptions.builder().maxQueuedRows(maxRows).maxQueuedBytes(MAX_BYTES).build());
  }

  private static void offerAll(HostQueue intake, int thread, AtomicInteger running) {
    Random random = new Random(thread);
    for (int i = 0; i < ROWS_EACH; i++) {
      Row row = new Row(thread, i, 1 + random.nextInt(2_000));
      while (!offer(intake, row)) {
        Thread.onSpinWait();
      }
    }
    running.decrementAndGet();
  }

  private static void fill(HostQueue intake, Row row, AtomicLong taken) {
    while (offer(intake, row)) {
      taken.incrementAndGet();
    }
  }

  private static int fifty(HostQueue intake, int thread) {
    int taken = 0;
    for (int i = 0; i < 50; i++) {
      taken += offer(intake, new Row(thread, i, 100)) ? 1 : 0;
    }
    return taken;
  }

  private static List<Thread> start(Work work) {
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      int number = i;
      threads.add(
          new Thread(
              () -> {
                await(go);
                work.run(number);
              }));
    }
    threads.forEach(Thread::start);
    go.countDown();
    return threads;
  }

  private static void await(CountDownLatch go) {
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Work {
    void run(int thread);
  }

  private static boolean offer(HostQueue intake, Row row) {
    return intake.offer(row, row.sizeBytes());
  }

  private record Row(int thread, int number, int sizeBytes) {}
}
