package dev.mlinfra.storage.internal.content;

import dev.mlinfra.error.QuotaExceededException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a store below its limit by accounting: what the store held when it was last counted, what
 * was stored since, and what is being stored now. Other processes are seen at the next count, so
 * they may exceed the limit together by what they store within one interval. Thread-safe.
 */
public final class Quota {
  private static final Duration COUNT_EVERY = Duration.ofMinutes(1);

  private final String subject;
  private final long limitBytes;
  private final Clock clock;
  private final LongSupplier storedBytes;
  private final Object lock = new Object();
  private @Nullable Instant countedAt;
  private long stored;
  private long inFlight;

  /**
   * Makes one that has not counted yet.
   *
   * @param subject the store's name, for messages
   * @param limitBytes most bytes that may be stored
   * @param clock for the age of the last count
   * @param storedBytes asks the store; may block
   */
  public Quota(String subject, long limitBytes, Clock clock, LongSupplier storedBytes) {
    this.subject = subject;
    this.limitBytes = limitBytes;
    this.clock = clock;
    this.storedBytes = storedBytes;
  }

  /**
   * Takes room before bytes are written.
   *
   * @param bytes how many will be stored
   * @return to be closed when they are stored or given up
   * @throws QuotaExceededException when there is no room
   */
  public Reservation reserve(long bytes) {
    synchronized (lock) {
      countWhenStale();
      long used = stored + inFlight;
      if (bytes > limitBytes - used) {
        throw new QuotaExceededException(
            subject
                + " quota was "
                + limitBytes
                + " bytes with "
                + used
                + " in use but "
                + bytes
                + " more were asked for; remove old artifacts or raise quotaBytes");
      }
      inFlight += bytes;
      return new Reservation(bytes);
    }
  }

  /**
   * Returns the limit, which no single artifact may exceed.
   *
   * @return bytes
   */
  public long limitBytes() {
    return limitBytes;
  }

  private void countWhenStale() {
    Instant now = clock.instant();
    if (countedAt == null || !now.isBefore(countedAt.plus(COUNT_EVERY))) {
      stored = storedBytes.getAsLong();
      countedAt = now;
    }
  }

  /** Room taken for one object. Closed once, by the thread that stores the object. */
  public final class Reservation implements AutoCloseable {
    private final long bytes;
    private boolean used;

    private Reservation(long bytes) {
      this.bytes = bytes;
    }

    /** Says that the object is stored, so that its bytes keep counting after close. */
    public void stored() {
      used = true;
    }

    @Override
    public void close() {
      synchronized (lock) {
        inFlight -= bytes;
        if (used) {
          stored += bytes;
        }
      }
    }
  }
}
