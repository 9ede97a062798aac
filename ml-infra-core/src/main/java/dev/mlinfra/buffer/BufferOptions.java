package dev.mlinfra.buffer;

import dev.mlinfra.spi.check.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The bounds and rhythm of a write-behind buffer. Immutable; derive with the fluent methods.
 *
 * @param maxQueuedRows most rows waiting to be taken over by the writer
 * @param maxQueuedBytes most bytes accepted and not yet stored
 * @param maxBatchRows most rows written in one go
 * @param linger how long a row may wait for others before it is written
 * @param minBackoff first pause after a failed write
 * @param maxBackoff longest pause between attempts
 * @param closeTimeout how long {@code close} keeps writing what is left
 * @param sampleRate share of decisions that is kept, decided by hash of the decision id, in (0, 1]
 * @param sampleByLoad whether decisions are sampled more sharply the fuller the buffer is, from
 *     half of it on
 * @since 0.1
 */
public record BufferOptions(
    int maxQueuedRows,
    long maxQueuedBytes,
    int maxBatchRows,
    Duration linger,
    Duration minBackoff,
    Duration maxBackoff,
    Duration closeTimeout,
    double sampleRate,
    boolean sampleByLoad) {
  private static final BufferOptions DEFAULTS =
      new BufferOptions(
          65_536,
          64L << 20,
          20_000,
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          1.0,
          false);

  /**
   * Checks that no duration is null; ranges are checked when the configuration is built.
   *
   * @since 0.1
   */
  public BufferOptions {
    Objects.requireNonNull(linger, "linger");
    Objects.requireNonNull(minBackoff, "minBackoff");
    Objects.requireNonNull(maxBackoff, "maxBackoff");
    Objects.requireNonNull(closeTimeout, "closeTimeout");
  }

  /**
   * Returns the defaults: 65,536 rows, 64 MiB, batches of 20,000, 50 ms linger, back-off 100 ms to
   * 10 s, 10 s to close, no sampling.
   *
   * @return the defaults
   * @since 0.1
   */
  public static BufferOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Changes {@link #maxQueuedRows()}.
   *
   * @param rows 2 to 2^24
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions maxQueuedRows(int rows) {
    return new BufferOptions(
        rows,
        maxQueuedBytes,
        maxBatchRows,
        linger,
        minBackoff,
        maxBackoff,
        closeTimeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #maxQueuedBytes()}.
   *
   * @param bytes at least 64 KiB
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions maxQueuedBytes(long bytes) {
    return new BufferOptions(
        maxQueuedRows,
        bytes,
        maxBatchRows,
        linger,
        minBackoff,
        maxBackoff,
        closeTimeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #maxBatchRows()}.
   *
   * @param rows 1 to 100,000
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions maxBatchRows(int rows) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        rows,
        linger,
        minBackoff,
        maxBackoff,
        closeTimeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #linger()}.
   *
   * @param wait longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions linger(Duration wait) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        maxBatchRows,
        wait,
        minBackoff,
        maxBackoff,
        closeTimeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #minBackoff()} and {@link #maxBackoff()}.
   *
   * @param min longer than zero
   * @param max not shorter than min
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions backoff(Duration min, Duration max) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        maxBatchRows,
        linger,
        min,
        max,
        closeTimeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #closeTimeout()}.
   *
   * @param timeout longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions closeTimeout(Duration timeout) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        maxBatchRows,
        linger,
        minBackoff,
        maxBackoff,
        timeout,
        sampleRate,
        sampleByLoad);
  }

  /**
   * Changes {@link #sampleRate()}.
   *
   * @param rate in (0, 1]
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions sampleRate(double rate) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        maxBatchRows,
        linger,
        minBackoff,
        maxBackoff,
        closeTimeout,
        rate,
        sampleByLoad);
  }

  /**
   * Changes {@link #sampleByLoad()}. For decisions: what a full buffer drops is whatever comes
   * then, and an estimate from the rest is biased when that is like something. With this on, the
   * share that is kept is halved each time that half of the remaining room is used up; which are
   * kept is decided by hash of the decision id, and each is stored with the share that held for it.
   *
   * @param on false unless set
   * @return a changed copy
   * @since 0.1
   */
  public BufferOptions sampleByLoad(boolean on) {
    return new BufferOptions(
        maxQueuedRows,
        maxQueuedBytes,
        maxBatchRows,
        linger,
        minBackoff,
        maxBackoff,
        closeTimeout,
        sampleRate,
        on);
  }

  /**
   * Lists the rules that these options break.
   *
   * @param subject their name in messages, as {@code decisions}
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults(String subject) {
    Faults faults =
        new Faults()
            .range(subject + ".maxQueuedRows", maxQueuedRows, 2, 1 << 24)
            .range(subject + ".maxQueuedBytes", maxQueuedBytes, 64 << 10, Long.MAX_VALUE / 2)
            .range(subject + ".maxBatchRows", maxBatchRows, 1, 100_000)
            .duration(subject + ".linger", linger)
            .duration(subject + ".minBackoff", minBackoff)
            .duration(subject + ".closeTimeout", closeTimeout);
    if (maxBackoff.compareTo(minBackoff) < 0) {
      faults.add(
          subject + ".maxBackoff", maxBackoff, "must not be shorter than minBackoff", "raise it");
    } else {
      faults.duration(subject + ".maxBackoff", maxBackoff);
    }
    if (!(sampleRate > 0 && sampleRate <= 1)) {
      faults.add(subject + ".sampleRate", sampleRate, "must be in (0, 1]", "use 1 to keep all");
    }
    return faults.lines();
  }
}
