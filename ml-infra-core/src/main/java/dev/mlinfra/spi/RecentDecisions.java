package dev.mlinfra.spi;

import dev.mlinfra.decision.RecentDecision;
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
   * @param batch what was just stored
   * @since 0.1
   */
  void remember(List<RecentDecision> batch);

  /**
   * Looks one up. Blocks within its own time budget and does not throw for an outage.
   *
   * @param id the decision's id
   * @return empty when unknown or unreachable
   * @since 0.1
   */
  Optional<RecentDecision> find(UUID id);
}
