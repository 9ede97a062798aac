package dev.mlinfra.internal.decision;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.RecentDecisions;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The cache of recent decisions, if there is one; its faults are never those of the store. */
record RecentCache(Optional<RecentDecisions> cache) {
  private static final Logger LOG = LoggerFactory.getLogger(RecentCache.class);

  @SuppressWarnings("CatchingUnchecked") // a faulty cache must not keep a batch from the store
  void remember(List<Decision> batch) {
    if (cache.isEmpty()) {
      return;
    }
    try {
      // A shadow has the id of what was acted upon, which is what quick feedback asks for.
      List<RecentDecision> brief =
          batch.stream()
              .filter(decision -> decision.mode() != DecisionMode.SHADOW)
              .map(RecentCache::brief)
              .toList();
      cache.get().remember(brief);
    } catch (RuntimeException e) {
      LOG.warn("recent decisions were not remembered: {}", e.toString());
    }
  }

  private static RecentDecision brief(Decision decision) {
    return new RecentDecision(
        decision.id(),
        decision.decidedAt(),
        decision.agent(),
        decision.model(),
        decision.modelVersion(),
        decision.action(),
        decision.propensity(),
        decision.deferred());
  }
}
