package dev.mlinfra.internal.buffer;

import java.util.function.Predicate;

/** A host's thread of a chosen ring, which is found by the id of a thread; offers a few rows. */
final class RingThread extends Thread {
  private final int ring;
  private final int[] sizes;
  private Predicate<Row> buffer;
  private int accepted; // a bit for each row
  private long acceptedBytes;
  private int taken;

  RingThread(int ring, int... sizes) {
    this.ring = ring;
    this.sizes = sizes;
  }

  void offerTo(Predicate<Row> offer) {
    buffer = offer;
    start();
  }

  @Override
  public long getId() {
    return ring;
  }

  @Override
  public void run() {
    for (int i = 0; i < sizes.length; i++) {
      if (buffer.test(new Row(this, 1 << i, sizes[i]))) {
        accepted |= 1 << i;
        acceptedBytes += sizes[i];
      }
    }
  }

  /** Not {@code join} of a subclass, at which the model checker would wait for ever. */
  static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean allTaken() {
    return taken == accepted;
  }

  long acceptedRows() {
    return Integer.bitCount(accepted);
  }

  long acceptedBytes() {
    return acceptedBytes;
  }

  /** No record, and cheap on purpose: it is run thousands of times, one step at a time. */
  static final class Row {
    private final RingThread from;
    private final int bit;
    private final int sizeBytes;

    Row(RingThread from, int bit, int sizeBytes) {
      this.from = from;
      this.bit = bit;
      this.sizeBytes = sizeBytes;
    }

    /** Returns false when it was taken before, or one that was offered later. */
    boolean take() {
      boolean inOrder = from.taken < bit;
      from.taken |= bit;
      return inOrder;
    }

    int sizeBytes() {
      return sizeBytes;
    }
  }
}
