package dev.mlinfra.spi;

import dev.mlinfra.training.TrainingQuery;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Joins stored decisions with feedback and features. Thread-safe; blocks.
 *
 * @since 0.1
 */
public interface TrainingReader {
  /**
   * Finds a time before which nothing will be stored any more, by the store's clock. Waits a few
   * seconds for open writes that began before the wanted time.
   *
   * @param wanted the time to reach if possible; empty for now
   * @return a time that may be before or after the wanted one
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  Instant settled(Optional<Instant> wanted);

  /**
   * Streams decisions in order of time and id, in constant memory and from one snapshot; deferred
   * decisions once they are activated.
   *
   * @param query what to join; its {@code knownBefore} is there and settled
   * @param reader called once for each
   * @return how many were read
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  long read(TrainingQuery query, Consumer<JoinedDecision> reader);
}
