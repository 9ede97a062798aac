package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.BufferOptions;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows that wait for the writer, bounded in rows and bytes: rings that many threads fill and
 * one empties. A thread always offers to the same ring, so that its rows stay in order and threads
 * seldom meet.
 *
 * <p>Where the next row of a ring goes and how many bytes it may still take is one word, so that an
 * offer is one exchange. A ring has a place for every row that there may be, and a row goes back to
 * the {@link CapacityBudget} only after its place was emptied: a place that was claimed is always
 * empty.
 */
final class HostQueue {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle PLACE = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final VarHandle RING = MethodHandles.arrayElementVarHandle(Object[][].class);
  private static final int MOST_RINGS = 8;

  // The words of a ring; in one array, which costs an offer two reads less than an object for each
  // ring, and so far apart that nobody who changes one disturbs who reads another.
  private static final int CLAIMED = 16;
  private static final int ROW_LIMIT = 17;
  private static final int DRAINED = 32;
  private static final int STRIDE = 32;
  private static final int PADDING = 48;

  private static final int BYTE_BITS = CapacityBudget.BYTE_BITS;
  private static final long ONE_ROW = 1L << BYTE_BITS;
  private static final long ROW_MASK = -1L >>> BYTE_BITS; // claims are counted modulo 2^25

  private final CapacityBudget room;
  private final int rings;
  private final long[] words;
  private final @Nullable Object[][] places;
  private final int placeMask;

  HostQueue(BufferOptions options) {
    int cores = Runtime.getRuntime().availableProcessors();
    this.room = new CapacityBudget(options.maxQueuedRows(), options.maxQueuedBytes());
    this.rings = Math.min(MOST_RINGS, 2 * Integer.highestOneBit(2 * cores - 1));
    this.words = new long[rings * STRIDE + PADDING];
    this.places = new Object[rings][];
    this.placeMask = 2 * Integer.highestOneBit(options.maxQueuedRows() - 1) - 1;
  }

  /** Takes a row of so many bytes over, or says that there is no room. */
  boolean offer(Object row, int bytes) {
    int ring = (int) Thread.currentThread().getId() & (rings - 1);
    Object[] opened = (Object[]) RING.getAcquire(places, ring);
    long claimed = word(ring, CLAIMED);
    int place = place(claimed);
    if (opened != null && fits(ring, claimed, bytes) && claim(ring, claimed, bytes)) {
      opened[place] = row;
      return true;
    }
    return offerAgain(opened == null ? open(ring) : opened, ring, row, bytes);
  }

  /** Apart from the first try, which is quicker in a method without a loop. */
  private boolean offerAgain(Object[] opened, int ring, Object row, int bytes) {
    while (true) {
      long claimed = word(ring, CLAIMED);
      int place = place(claimed);
      if (!fits(ring, claimed, bytes)) {
        if (!borrow(ring, claimed, bytes)) {
          return false;
        }
      } else if (claim(ring, claimed, bytes)) {
        opened[place] = row;
        return true;
      }
    }
  }

  /**
   * Takes rows out, whose bytes stay taken until they are released; one thread at a time. A row
   * that is not accepted stays.
   *
   * @param first the ring to begin with, any number
   */
  void drain(int first, int limit, Consumer<Object> to) {
    int left = limit;
    for (int i = 0; i < rings && left > 0; i++) {
      left -= drainOne((first + i) & (rings - 1), left, to);
    }
  }

  /** Up to the first row that was claimed and not yet put. */
  private int drainOne(int ring, int limit, Consumer<Object> to) {
    Object[] opened = (Object[]) RING.getAcquire(places, ring);
    if (opened == null) {
      return 0;
    }
    long start = word(ring, DRAINED);
    long next = start;
    try {
      while (next - start < limit) {
        int place = (int) next & placeMask;
        Object row = PLACE.getAcquire(opened, place);
        if (row == null) {
          break;
        }
        to.accept(row);
        PLACE.set(opened, place, null);
        next++;
      }
    } finally {
      WORD.setRelease(words, at(ring, DRAINED), next);
      room.release(next - start, 0);
    }
    return (int) (next - start);
  }

  /** Gives back the room of bytes that are no longer in memory. */
  void release(long bytes) {
    room.release(0, bytes);
  }

  /** Which part of the room is used, in rows or in bytes. */
  double used() {
    return room.used();
  }

  /** The bytes of all rows that were not released. */
  long usedBytes() {
    return Math.max(0, room.takenBytes() - sum(ring -> CapacityBudget.bytes(word(ring, CLAIMED))));
  }

  boolean isEmpty() {
    return drainedTotal() == acceptedTotal();
  }

  /** How many rows were ever taken over. */
  long acceptedTotal() {
    return sum(this::accepted);
  }

  /** How many rows were ever taken out. */
  long drainedTotal() {
    return sum(ring -> word(ring, DRAINED));
  }

  /** Whether every row that was taken over before this call was taken out, whenever it is asked. */
  BooleanSupplier drainedSoFar() {
    long[] marks = new long[rings];
    for (int ring = 0; ring < rings; ring++) {
      marks[ring] = accepted(ring);
    }
    return () -> {
      for (int ring = 0; ring < rings; ring++) {
        if (word(ring, DRAINED) < marks[ring]) {
          return false;
        }
      }
      return true;
    };
  }

  private long accepted(int ring) {
    long drained = word(ring, DRAINED); // first, so that it is never more than what was claimed
    return drained + ((CapacityBudget.rows(word(ring, CLAIMED)) - drained) & ROW_MASK);
  }

  private boolean fits(int ring, long claimed, int bytes) {
    return CapacityBudget.bytes(claimed) >= bytes && rowsLeft(ring, claimed) > 0;
  }

  private long rowsLeft(int ring, long claimed) {
    return (word(ring, ROW_LIMIT) - CapacityBudget.rows(claimed)) & ROW_MASK;
  }

  /**
   * Whoever claimed a place puts the row there without calling anything: a host that runs out of
   * stack in between would leave a place empty at which the writer waits for ever. The fence makes
   * the plain store that follows a release.
   */
  private boolean claim(int ring, long claimed, int bytes) {
    VarHandle.releaseFence();
    return WORD.compareAndSet(words, at(ring, CLAIMED), claimed, claimed + ONE_ROW - bytes);
  }

  private int place(long claimed) {
    return (int) CapacityBudget.rows(claimed) & placeMask;
  }

  private boolean borrow(int ring, long claimed, int bytes) {
    long loan = room.lend(rowsLeft(ring, claimed), CapacityBudget.bytes(claimed), bytes);
    if (loan == CapacityBudget.NOTHING) {
      return room.isMoreThanALoan(bytes) && recall(ring);
    }
    WORD.getAndAdd(words, at(ring, CLAIMED), CapacityBudget.bytes(loan));
    WORD.getAndAdd(words, at(ring, ROW_LIMIT), CapacityBudget.rows(loan));
    return true;
  }

  /** Gives the bytes that other rings have and do not use back to the room, for one large row. */
  private boolean recall(int borrower) {
    boolean any = false;
    for (int ring = 0; ring < rings; ring++) {
      long claimed = word(ring, CLAIMED);
      long unused = CapacityBudget.bytes(claimed);
      if (ring != borrower
          && unused > 0
          && WORD.compareAndSet(words, at(ring, CLAIMED), claimed, claimed - unused)) {
        room.release(0, unused);
        any = true;
      }
    }
    return any;
  }

  private Object[] open(int ring) {
    RING.compareAndSet(places, ring, null, new Object[placeMask + 1]);
    return (Object[]) RING.getAcquire(places, ring);
  }

  private long word(int ring, int which) {
    return (long) WORD.getVolatile(words, at(ring, which));
  }

  private static int at(int ring, int which) {
    return ring * STRIDE + which;
  }

  private long sum(IntToLongFunction each) {
    long total = 0;
    for (int ring = 0; ring < rings; ring++) {
      total += each.applyAsLong(ring);
    }
    return total;
  }
}
