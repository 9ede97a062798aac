package dev.mlinfra.buffer;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bounds and rhythm of a write-behind buffer. Immutable and thread-safe.
 *
 * @since 0.1
 */
public final class BufferOptions {
  private static final Option<Integer> MAX_QUEUED_ROWS =
      Option.count("max_queued_rows", 65_536, 2, 1 << 24);
  private static final Option<Long> MAX_QUEUED_BYTES =
      Option.number("max_queued_bytes", 64L << 20, 64 << 10, Long.MAX_VALUE / 2);
  private static final Option<Integer> MAX_BATCH_ROWS =
      Option.count("max_batch_rows", 20_000, 1, 100_000);
  private static final Option<Duration> LINGER = Option.duration("linger", Duration.ofMillis(50));
  private static final Option<Duration> MIN_BACKOFF =
      Option.duration("min_backoff", Duration.ofMillis(100));
  private static final Option<Duration> MAX_BACKOFF =
      Option.duration("max_backoff", Duration.ofSeconds(10));
  private static final Option<Duration> CLOSE_TIMEOUT =
      Option.duration("close_timeout", Duration.ofSeconds(10));
  private static final List<Option<?>> ALL =
      List.of(
          MAX_QUEUED_ROWS,
          MAX_QUEUED_BYTES,
          MAX_BATCH_ROWS,
          LINGER,
          MIN_BACKOFF,
          MAX_BACKOFF,
          CLOSE_TIMEOUT);
  private static final BufferOptions DEFAULTS = new BufferOptions(Options.none());

  private final Options chosen;

  private BufferOptions(Options chosen) {
    this.chosen = chosen;
  }

  /**
   * Returns the defaults: 65,536 rows, 64 MiB, batches of 20,000, 50 ms linger, back-off 100 ms to
   * 10 s, 10 s to close.
   *
   * @return the defaults
   * @since 0.1
   */
  public static BufferOptions defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder builder() {
    return DEFAULTS.toBuilder();
  }

  /**
   * Starts from these options.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public Builder toBuilder() {
    return new Builder(chosen);
  }

  /**
   * Returns the most rows waiting to be taken over by the writer.
   *
   * @return rows
   * @since 0.1
   */
  public int maxQueuedRows() {
    return chosen.get(MAX_QUEUED_ROWS);
  }

  /**
   * Returns the most bytes accepted and not yet stored.
   *
   * @return bytes
   * @since 0.1
   */
  public long maxQueuedBytes() {
    return chosen.get(MAX_QUEUED_BYTES);
  }

  /**
   * Returns the most rows written in one go.
   *
   * @return rows
   * @since 0.1
   */
  public int maxBatchRows() {
    return chosen.get(MAX_BATCH_ROWS);
  }

  /**
   * Returns how long a row may wait for others before it is written.
   *
   * @return the longest wait
   * @since 0.1
   */
  public Duration linger() {
    return chosen.get(LINGER);
  }

  /**
   * Returns the first pause after a failed write.
   *
   * @return the shortest pause
   * @since 0.1
   */
  public Duration minBackoff() {
    return chosen.get(MIN_BACKOFF);
  }

  /**
   * Returns the longest pause between attempts.
   *
   * @return the longest pause
   * @since 0.1
   */
  public Duration maxBackoff() {
    return chosen.get(MAX_BACKOFF);
  }

  /**
   * Returns how long {@code close} keeps writing what is left.
   *
   * @return the longest wait
   * @since 0.1
   */
  public Duration closeTimeout() {
    return chosen.get(CLOSE_TIMEOUT);
  }

  /**
   * Lists the rules that these options break.
   *
   * @param subject their name in messages, as {@code decisions}
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults(String subject) {
    Faults faults = chosen.faults(subject, ALL);
    if (maxBackoff().compareTo(minBackoff()) < 0) {
      faults.add(
          subject + ".maxBackoff", maxBackoff(), "must not be shorter than minBackoff", "raise it");
    }
    return faults.lines();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BufferOptions that && chosen.equals(that.chosen);
  }

  @Override
  public int hashCode() {
    return chosen.hashCode();
  }

  @Override
  public String toString() {
    return "BufferOptions" + chosen;
  }

  /**
   * Collects options; those that are not set have their defaults. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private Options chosen;

    private Builder(Options chosen) {
      this.chosen = chosen;
    }

    /**
     * Sets the most rows waiting to be taken over by the writer.
     *
     * @param rows 2 to 2^24
     * @return this
     * @since 0.1
     */
    public Builder maxQueuedRows(int rows) {
      return with(MAX_QUEUED_ROWS, rows);
    }

    /**
     * Sets the most bytes accepted and not yet stored.
     *
     * @param bytes at least 64 KiB
     * @return this
     * @since 0.1
     */
    public Builder maxQueuedBytes(long bytes) {
      return with(MAX_QUEUED_BYTES, bytes);
    }

    /**
     * Sets the most rows written in one go.
     *
     * @param rows 1 to 100,000
     * @return this
     * @since 0.1
     */
    public Builder maxBatchRows(int rows) {
      return with(MAX_BATCH_ROWS, rows);
    }

    /**
     * Sets how long a row may wait for others before it is written.
     *
     * @param wait longer than zero
     * @return this
     * @since 0.1
     */
    public Builder linger(Duration wait) {
      return with(LINGER, wait);
    }

    /**
     * Sets the pauses after failed writes.
     *
     * @param min the first, longer than zero
     * @param max the longest, not shorter than min
     * @return this
     * @since 0.1
     */
    public Builder backoff(Duration min, Duration max) {
      return with(MIN_BACKOFF, min).with(MAX_BACKOFF, max);
    }

    /**
     * Sets how long {@code close} keeps writing what is left.
     *
     * @param timeout longer than zero
     * @return this
     * @since 0.1
     */
    public Builder closeTimeout(Duration timeout) {
      return with(CLOSE_TIMEOUT, timeout);
    }

    /**
     * Sets what plain settings say, by the names of these options in lower case.
     *
     * @param settings a section
     * @return this
     * @throws ConfigException with every value that cannot be read
     * @since 0.1
     */
    public Builder read(Settings settings) {
      chosen = chosen.read(settings, ALL);
      return this;
    }

    /**
     * Makes the options; ranges are checked when the configuration is built.
     *
     * @return the options
     * @since 0.1
     */
    public BufferOptions build() {
      return new BufferOptions(chosen);
    }

    private <T> Builder with(Option<T> option, T value) {
      chosen = chosen.with(option, value);
      return this;
    }
  }
}
