package dev.mlinfra.internal.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mlinfra.buffer.BufferOptions;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Plays small scenes step by step, in hundreds of the orders that the steps of their threads may
 * have. In each, what was accepted is taken once and in order, the bounds hold, and all of the room
 * comes back, no more and no less. A step is seen by all at once: what processors reorder is not
 * tried.
 */
@Tag("interleavings")
class HostQueueInterleavingsTest {
  private static final int ORDERS = 200;

  @Test
  void twoThreadsThatMeetInOneRing() {
    Lincheck.runConcurrentTest(
        ORDERS, () -> new Scene(2, 1_024).play(new RingThread(0, 8, 8), new RingThread(0, 8, 8)));
  }

  @Test
  void threeThreadsOfTwoRingsWhereOneRowIsTooMany() {
    Lincheck.runConcurrentTest(
        ORDERS,
        () ->
            new Scene(2, 1_024)
                .play(new RingThread(0, 8), new RingThread(0, 8), new RingThread(1, 8)));
  }

  @Test
  void twoThreadsThatFindAllPlacesTaken() {
    Lincheck.runConcurrentTest(
        ORDERS,
        () ->
            new Scene(2, 1_024)
                .after(new RingThread(0, 8, 8))
                .play(new RingThread(0, 8, 8), new RingThread(1, 8)));
  }

  @Test
  void twoThreadsThatShareALoanOfTheLastBytes() {
    Lincheck.runConcurrentTest(
        ORDERS,
        () ->
            new Scene(8, 1_024)
                .after(new RingThread(0, 1_000))
                .play(new RingThread(0, 8, 8), new RingThread(0, 8, 8)));
  }

  @Test
  void aLargeRowThatNeedsTheBytesThatAnotherRingIsAboutToUse() {
    Lincheck.runConcurrentTest(
        ORDERS,
        () ->
            new Scene(4, 640)
                .after(new RingThread(0, 4))
                .play(new RingThread(0, 4), new RingThread(1, 636)));
  }

  @Test
  void refusesNobodyWhileThereIsRoomForAll() {
    Lincheck.runConcurrentTest(
        ORDERS,
        () -> {
          RingThread one = new RingThread(0, 8, 8);
          RingThread other = new RingThread(0, 8, 8);
          new Scene(8, 1_024).play(one, other);
          assertEquals(4, one.acceptedRows() + other.acceptedRows());
        });
  }

  private static final class Scene {
    private final int maxRows;
    private final int maxBytes;
    private final HostQueue intake;
    private long rows;
    private long bytes;

    Scene(int maxRows, int maxBytes) {
      this.maxRows = maxRows;
      this.maxBytes = maxBytes;
      this.intake =
          new HostQueue(
              BufferOptions.builder().maxQueuedRows(maxRows).maxQueuedBytes(maxBytes).build());
    }

    /** What happened before, in one order only. */
    Scene after(RingThread first) {
      first.offerTo(this::offer);
      await(first);
      return this;
    }

    void play(RingThread... threads) {
      for (RingThread thread : threads) {
        thread.offerTo(this::offer);
      }
      intake.drain(0, 1, this::take);
      intake.drain(1, 2, this::take);
      for (RingThread thread : threads) {
        await(thread);
      }
      assertTrue(rows <= maxRows, "took more rows than there is room for");
      assertTrue(bytes <= maxBytes, "took more bytes than there is room for");
      assertEquals(bytes, intake.usedBytes());
      intake.drain(0, Integer.MAX_VALUE, this::take);
      for (RingThread thread : threads) {
        assertTrue(thread.allTaken(), "lost a row, or took one that was refused");
      }
      assertEquals(0, intake.usedBytes());
      Auditor auditor = new Auditor(intake, maxBytes);
      auditor.start();
      RingThread.await(auditor);
      assertEquals(maxRows, auditor.rows);
      assertTrue(auditor.took, "lost bytes of the room");
      assertFalse(auditor.tookMore, "has more bytes than at first");
    }

    private void await(RingThread thread) {
      RingThread.await(thread);
      rows += thread.acceptedRows();
      bytes += thread.acceptedBytes();
    }

    private boolean offer(RingThread.Row row) {
      return intake.offer(row, row.sizeBytes());
    }

    private void take(Object taken) {
      RingThread.Row row = (RingThread.Row) taken;
      assertTrue(row.take(), "taken twice or out of order");
      rows--;
      bytes -= row.sizeBytes();
      intake.release(row.sizeBytes());
    }
  }

  /** Fills one ring after the other, empties them, and fills the room with one row. */
  private static final class Auditor extends Thread {
    private final HostQueue intake;
    private final RingThread.Row smallest = new RingThread.Row(null, 0, 1);
    private final RingThread.Row largest;
    private int ring;
    private int rows;
    private boolean took;
    private boolean tookMore;

    Auditor(HostQueue intake, int maxBytes) {
      this.intake = intake;
      this.largest = new RingThread.Row(null, 0, maxBytes);
    }

    @Override
    public long getId() {
      return ring;
    }

    @Override
    public void run() {
      for (; ring < 2; ring++) {
        while (intake.offer(smallest, smallest.sizeBytes())) {
          rows++;
        }
      }
      intake.drain(0, Integer.MAX_VALUE, row -> intake.release(1));
      took = intake.offer(largest, largest.sizeBytes());
      tookMore = intake.offer(smallest, smallest.sizeBytes());
    }
  }
}
