package dev.mlinfra.event;

import dev.mlinfra.spi.check.Faults;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The rhythm of a consumer. Immutable; derive with the fluent methods.
 *
 * @param batchSize most events in one call of the handler
 * @param block how long a read waits for new events
 * @param maxAttempts deliveries before an event becomes a dead letter
 * @param minBackoff pause before the second attempt; doubles with each one
 * @param maxBackoff longest pause
 * @param claimAfter how long an entry of another consumer must be idle before it is taken over
 * @param closeTimeout how long {@code close} waits for the batch in hand
 * @since 0.1
 */
public record ConsumerOptions(
    int batchSize,
    Duration block,
    int maxAttempts,
    Duration minBackoff,
    Duration maxBackoff,
    Duration claimAfter,
    Duration closeTimeout) {
  private static final ConsumerOptions DEFAULTS =
      new ConsumerOptions(
          100,
          Duration.ofSeconds(1),
          5,
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          Duration.ofSeconds(10));

  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public ConsumerOptions {
    Objects.requireNonNull(block, "block");
    Objects.requireNonNull(minBackoff, "minBackoff");
    Objects.requireNonNull(maxBackoff, "maxBackoff");
    Objects.requireNonNull(claimAfter, "claimAfter");
    Objects.requireNonNull(closeTimeout, "closeTimeout");
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
   * Changes {@link #batchSize()}.
   *
   * @param events 1 to 10,000
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions batchSize(int events) {
    return new ConsumerOptions(
        events, block, maxAttempts, minBackoff, maxBackoff, claimAfter, closeTimeout);
  }

  /**
   * Changes {@link #block()}.
   *
   * @param wait longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions block(Duration wait) {
    return new ConsumerOptions(
        batchSize, wait, maxAttempts, minBackoff, maxBackoff, claimAfter, closeTimeout);
  }

  /**
   * Changes {@link #maxAttempts()}.
   *
   * @param attempts 1 to 1,000
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions maxAttempts(int attempts) {
    return new ConsumerOptions(
        batchSize, block, attempts, minBackoff, maxBackoff, claimAfter, closeTimeout);
  }

  /**
   * Changes {@link #minBackoff()} and {@link #maxBackoff()}.
   *
   * @param min longer than zero
   * @param max not shorter than min
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions backoff(Duration min, Duration max) {
    return new ConsumerOptions(batchSize, block, maxAttempts, min, max, claimAfter, closeTimeout);
  }

  /**
   * Changes {@link #claimAfter()}.
   *
   * @param idle longer than zero; longer than a handler may take
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions claimAfter(Duration idle) {
    return new ConsumerOptions(
        batchSize, block, maxAttempts, minBackoff, maxBackoff, idle, closeTimeout);
  }

  /**
   * Changes {@link #closeTimeout()}.
   *
   * @param timeout longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public ConsumerOptions closeTimeout(Duration timeout) {
    return new ConsumerOptions(
        batchSize, block, maxAttempts, minBackoff, maxBackoff, claimAfter, timeout);
  }

  /**
   * Lists the rules that these options break.
   *
   * @return one line a fault, empty when all is well
   * @since 0.1
   */
  public List<String> faults() {
    Faults faults =
        new Faults()
            .range("consumer.batchSize", batchSize, 1, 10_000)
            .range("consumer.maxAttempts", maxAttempts, 1, 1_000)
            .duration("consumer.block", block)
            .duration("consumer.minBackoff", minBackoff)
            .duration("consumer.claimAfter", claimAfter)
            .duration("consumer.closeTimeout", closeTimeout);
    if (maxBackoff.compareTo(minBackoff) < 0) {
      faults.add(
          "consumer.maxBackoff", maxBackoff, "must not be shorter than minBackoff", "raise it");
    } else {
      faults.duration("consumer.maxBackoff", maxBackoff);
    }
    return faults.lines();
  }
}
