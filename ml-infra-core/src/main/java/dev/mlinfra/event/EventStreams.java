package dev.mlinfra.event;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Ledger;
import java.time.Duration;

/**
 * Publishes and consumes learning events. Thread-safe; closed with {@code MlInfra}.
 *
 * @since 0.1
 */
public interface EventStreams {
  /** The consumer group that {@code ensureStreams()} creates: {@value}. */
  String DEFAULT_GROUP = "ml-processors";

  /**
   * Offers an event. Does no I/O, does not block and does not throw. What was accepted reaches the
   * stream at least once as long as the process lives.
   *
   * @param event what happened; null counts as rejected
   * @return what became of the offer
   * @since 0.1
   */
  Acceptance publish(Event event);

  /**
   * Waits until everything accepted before the call is in the stream. Blocks.
   *
   * @param timeout longest wait
   * @return false when the time was up first
   * @since 0.1
   */
  boolean flush(Duration timeout);

  /**
   * Returns where all events offered to this process are. Does not block.
   *
   * @return a balanced ledger
   * @since 0.1
   */
  Ledger ledger();

  /**
   * Starts a consumer on a thread of its own. Returns at once, also while the broker is down: it
   * reads when the broker comes. Delivery is at least once; an event that fails too often becomes a
   * dead letter with its cause before it is acknowledged.
   *
   * @param group the consumer group; made if it is not there, from the start of the stream
   * @param options rhythm and bounds
   * @param handler what to do with events
   * @return the running consumer; close it, or let {@code MlInfra} close it
   * @throws dev.mlinfra.error.ConfigException when the group's name or the options break a rule
   * @throws dev.mlinfra.error.ModuleMissingException when no module provides streams or dead
   *     letters
   * @since 0.1
   */
  EventConsumer consume(String group, ConsumerOptions options, EventHandler handler);

  /**
   * Starts a consumer with the options of the configuration.
   *
   * @param group the consumer group; made if it is not there, from the start of the stream
   * @param handler what to do with events
   * @return the running consumer
   * @throws dev.mlinfra.error.ConfigException when the group's name breaks a rule
   * @throws dev.mlinfra.error.ModuleMissingException when no module provides streams or dead
   *     letters
   * @since 0.1
   */
  EventConsumer consume(String group, EventHandler handler);

  /**
   * Starts a consumer of {@link #DEFAULT_GROUP} with the options of the configuration.
   *
   * @param handler what to do with events
   * @return the running consumer
   * @throws dev.mlinfra.error.ModuleMissingException when no module provides streams or dead
   *     letters
   * @since 0.1
   */
  default EventConsumer consume(EventHandler handler) {
    return consume(DEFAULT_GROUP, handler);
  }
}
