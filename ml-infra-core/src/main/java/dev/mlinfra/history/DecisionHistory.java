package dev.mlinfra.history;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads back what was decided and what came of it. Thread-safe; closed with {@code MlInfra}.
 *
 * @since 0.1
 */
public interface DecisionHistory {
  /**
   * Looks up decisions of the last minutes in one round trip, for joining quick feedback; those in
   * mode {@code SHADOW} are not remembered. Blocks at most for the budget and does not throw for an
   * outage.
   *
   * @param ids the decisions' ids
   * @param budget longest wait
   * @return one entry for each id, in their order; empty when it is unknown or too old, and all are
   *     empty when the cache is down or does not answer in time
   * @since 0.1
   */
  List<Optional<RecentDecision>> recent(List<UUID> ids, Duration budget);

  /**
   * Looks up one decision of the last minutes. Blocks at most for 50 ms and does not throw for an
   * outage.
   *
   * @param id the decision's id
   * @return empty when it is unknown, too old, or the cache is down
   * @since 0.1
   */
  default Optional<RecentDecision> recent(UUID id) {
    return recent(List.of(id), Duration.ofMillis(50)).get(0);
  }

  /**
   * Streams stored decisions with what came of them, in order of time and id, in constant memory;
   * deferred ones once they are activated. Blocks; the reader runs on the caller's thread and may
   * stop the stream by throwing.
   *
   * @param query which decisions
   * @param reader called once for each
   * @return how many were read
   * @throws dev.mlinfra.error.ModuleMissingException when no module reads decisions back
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  long outcomes(DecisionQuery query, Consumer<DecisionOutcome> reader);

  /**
   * Asks the store how complete it is, minute by minute and process by process, whoever logged.
   * Blocks for one query, whose cost grows with the decisions of the span.
   *
   * @param from first event time, inclusive
   * @param to end, exclusive
   * @return minutes with at least one decision or one missing number, in order of time and process
   * @throws dev.mlinfra.error.InvalidInputException when {@code to} is before {@code from}
   * @throws dev.mlinfra.error.ModuleMissingException when no module reads decisions back
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<DecisionCompleteness> completeness(Instant from, Instant to);
}
