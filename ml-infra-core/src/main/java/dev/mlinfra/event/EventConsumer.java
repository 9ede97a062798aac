package dev.mlinfra.event;

/**
 * A running consumer. Thread-safe.
 *
 * @since 0.1
 */
public interface EventConsumer extends AutoCloseable {
  /**
   * Returns what it did so far. Does not block.
   *
   * @return counts of this consumer only
   * @since 0.1
   */
  Progress progress();

  /**
   * Stops reading, waits for the batch in hand up to the close time-out, interrupts the handler
   * then and waits a second more, and leaves what is not acknowledged to the other consumers of the
   * group. Blocks; may be called twice.
   *
   * @since 0.1
   */
  @Override
  void close();

  /**
   * What a consumer did since it started.
   *
   * @param handled events acknowledged after the handler returned
   * @param failures calls of the handler that threw
   * @param deadLettered events given up and kept with their cause
   * @param claimed entries taken over from consumers that had gone
   * @param redelivered deliveries with an attempt above 1
   * @since 0.1
   */
  record Progress(long handled, long failures, long deadLettered, long claimed, long redelivered) {}
}
