package dev.mlinfra.spi;

import dev.mlinfra.event.Event;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream with consumer groups. Thread-safe, but {@link #append} is called by one thread at a
 * time. All methods block within their own time-outs and throw retryable exceptions for outages.
 *
 * @since 0.1
 */
public interface EventBroker {
  /**
   * Appends events in order, pipelined.
   *
   * @param batch at least one
   * @param firstAttempt false when some may have been appended before: those are looked for first
   * @return how many were new
   * @throws dev.mlinfra.error.UnavailableException when the outcome is unknown or nothing was added
   * @since 0.1
   */
  Written append(List<Event> batch, boolean firstAttempt);

  /**
   * Opens a group for one consumer, on a connection of its own. Does no I/O.
   *
   * @param group the consumer group, made on first use from the start of the stream
   * @param consumer this consumer's name, unique in the group
   * @return the subscription; used by one thread
   * @since 0.1
   */
  Subscription subscribe(String group, String consumer);

  /**
   * One consumer's view of a group. Used by one thread; close may come from another.
   *
   * @since 0.1
   */
  interface Subscription extends AutoCloseable {
    /**
     * Reads entries that no consumer of the group got yet.
     *
     * @param count most entries
     * @param block longest wait for the first one
     * @return may be empty
     * @throws dev.mlinfra.error.UnavailableException when the broker does not answer
     * @since 0.1
     */
    List<Entry> read(int count, Duration block);

    /**
     * Takes over entries that have been idle, this consumer's own from before a restart included.
     * Goes through all pending entries in steps, with a cursor that it keeps.
     *
     * @param minIdle how long an entry must be idle
     * @param count most entries
     * @return may be empty, also when there is more
     * @throws dev.mlinfra.error.UnavailableException when the broker does not answer
     * @since 0.1
     */
    List<Entry> claim(Duration minIdle, int count);

    /**
     * Acknowledges entries in one call.
     *
     * @param entryIds at least one
     * @throws dev.mlinfra.error.UnavailableException when the broker does not answer
     * @since 0.1
     */
    void ack(List<String> entryIds);

    /**
     * Removes this consumer from the group if nothing is pending for it, and frees the connection.
     * Does not throw for an outage.
     *
     * @since 0.1
     */
    @Override
    void close();
  }

  /**
   * An entry as the broker holds it. Immutable.
   *
   * @param id the broker's id
   * @param event what was published; null when the entry cannot be read as one
   * @param raw makes the fields as text, asked for a dead letter only; gives the same each time
   * @param deliveries how often the group got it, this time included
   * @since 0.1
   */
  record Entry(String id, @Nullable Event event, Supplier<String> raw, long deliveries) {}
}
