package dev.mlinfra.spi;

import dev.mlinfra.history.RecentDecision;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A cache of the decisions of the last minutes. Thread-safe; best effort.
 *
 * @since 0.1
 */
public interface RecentDecisions {
  /**
   * Remembers decisions for their time-to-live. Does not wait for the answer and does not throw for
   * an outage.
   *
   * @param batch what was just logged
   * @since 0.1
   */
  void remember(List<RecentDecision> batch);

  /**
   * Looks decisions up in one round trip. Blocks at most for the budget and does not throw for an
   * outage.
   *
   * @param ids at least one
   * @param budget longest wait
   * @return one entry for each id, in their order; empty when unknown or unreachable
   * @since 0.1
   */
  List<Optional<RecentDecision>> find(List<UUID> ids, Duration budget);

  /**
   * Removes decisions. Blocks within its own time-outs.
   *
   * @param ids of decisions that may be there
   * @return how many were there
   * @throws dev.mlinfra.error.UnavailableException when the cache cannot be reached
   * @since 0.1
   */
  long forget(List<UUID> ids);
}
