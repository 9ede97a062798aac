package dev.mlinfra.event;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rhythm of a consumer. Immutable and thread-safe.
 *
 * @since 0.1
 */
public final class ConsumerOptions {
  private static final Option<Integer> BATCH_SIZE = Option.count("batch_size", 100, 1, 10_000);
  private static final Option<Duration> BLOCK = Option.duration("block", Duration.ofSeconds(1));
  private static final Option<Integer> MAX_ATTEMPTS = Option.count("max_attempts", 5, 1, 1_000);
  private static final Option<Duration> MIN_BACKOFF =
      Option.duration("min_backoff", Duration.ofMillis(200));
  private static final Option<Duration> MAX_BACKOFF =
      Option.duration("max_backoff", Duration.ofSeconds(30));
  private static final Option<Duration> CLAIM_AFTER =
      Option.duration("claim_after", Duration.ofMinutes(1));
  private static final Option<Duration> CLOSE_TIMEOUT =
      Option.duration("close_timeout", Duration.ofSeconds(10));
  private static final List<Option<?>> ALL =
      List.of(
          BATCH_SIZE, BLOCK, MAX_ATTEMPTS, MIN_BACKOFF, MAX_BACKOFF, CLAIM_AFTER, CLOSE_TIMEOUT);
  private static final ConsumerOptions DEFAULTS = new ConsumerOptions(Options.none());

  private final Options chosen;

  private ConsumerOptions(Options chosen) {
    this.chosen = chosen;
  }

  /**
   * Returns the defaults: batches of 100, 1 s reads, 5 attempts, back-off 200 ms to 30 s, take-over
   * after 1 min, 10 s to close.
   *
   * @return the defaults
   * @since 0.1
   */
  public static ConsumerOptions defaults() {
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
   * Returns the most events in one call of the handler.
   *
   * @return events
   * @since 0.1
   */
  public int batchSize() {
    return chosen.get(BATCH_SIZE);
  }

  /**
   * Returns how long a read waits for new events.
   *
   * @return the longest wait
   * @since 0.1
   */
  public Duration block() {
    return chosen.get(BLOCK);
  }

  /**
   * Returns the deliveries before an event becomes a dead letter.
   *
   * @return deliveries
   * @since 0.1
   */
  public int maxAttempts() {
    return chosen.get(MAX_ATTEMPTS);
  }

  /**
   * Returns the pause before the second attempt; doubles with each one.
   *
   * @return the shortest pause
   * @since 0.1
   */
  public Duration minBackoff() {
    return chosen.get(MIN_BACKOFF);
  }

  /**
   * Returns the longest pause.
   *
   * @return the longest pause
   * @since 0.1
   */
  public Duration maxBackoff() {
    return chosen.get(MAX_BACKOFF);
  }

  /**
   * Returns how long an entry of another consumer must be idle before it is taken over.
   *
   * @return the idle time
   * @since 0.1
   */
  public Duration claimAfter() {
    return chosen.get(CLAIM_AFTER);
  }

  /**
   * Returns how long {@code close} waits for the batch in hand.
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
   * @param subject their name in messages, as {@code consumer}
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
    return other instanceof ConsumerOptions that && chosen.equals(that.chosen);
  }

  @Override
  public int hashCode() {
    return chosen.hashCode();
  }

  @Override
  public String toString() {
    return "ConsumerOptions" + chosen;
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
     * Sets the most events in one call of the handler.
     *
     * @param events 1 to 10,000
     * @return this
     * @since 0.1
     */
    public Builder batchSize(int events) {
      return with(BATCH_SIZE, events);
    }

    /**
     * Sets how long a read waits for new events.
     *
     * @param wait longer than zero
     * @return this
     * @since 0.1
     */
    public Builder block(Duration wait) {
      return with(BLOCK, wait);
    }

    /**
     * Sets the deliveries before an event becomes a dead letter.
     *
     * @param attempts 1 to 1,000
     * @return this
     * @since 0.1
     */
    public Builder maxAttempts(int attempts) {
      return with(MAX_ATTEMPTS, attempts);
    }

    /**
     * Sets the pauses between attempts, which double with each one.
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
     * Sets how long an entry of another consumer must be idle before it is taken over.
     *
     * @param idle longer than zero; longer than a handler may take
     * @return this
     * @since 0.1
     */
    public Builder claimAfter(Duration idle) {
      return with(CLAIM_AFTER, idle);
    }

    /**
     * Sets how long {@code close} waits for the batch in hand.
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
     * Makes the options; ranges are checked where they are used.
     *
     * @return the options
     * @since 0.1
     */
    public ConsumerOptions build() {
      return new ConsumerOptions(chosen);
    }

    private <T> Builder with(Option<T> option, T value) {
      chosen = chosen.with(option, value);
      return this;
    }
  }
}
