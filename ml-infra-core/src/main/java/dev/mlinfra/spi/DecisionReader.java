package dev.mlinfra.spi;

import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads stored decisions back. Thread-safe; blocks.
 *
 * @since 0.1
 */
public interface DecisionReader {
  /**
   * Streams decisions with the sum of their feedback that counts, in order of time and id, in
   * constant memory and from one snapshot; deferred decisions once they are activated.
   *
   * @param query which decisions
   * @param reader called once for each
   * @return how many were read
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  long read(DecisionQuery query, Consumer<DecisionOutcome> reader);

  /**
   * Counts what is stored and what is missing, by the numbers of each process.
   *
   * @param query whose span of time is asked for, and nothing else of it
   * @return minutes with a decision or a missing number, in order of time and process
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<DecisionCompleteness> completeness(DecisionQuery query);
}
