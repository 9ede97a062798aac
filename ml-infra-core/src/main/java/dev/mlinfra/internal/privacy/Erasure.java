package dev.mlinfra.internal.privacy;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.internal.decision.BufferedDecisionLog;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.privacy.Privacy;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.check.Texts;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Carries requests to forget out: first the store is told, so that nothing gets in any more, then
 * what this process holds goes its way, then what is there is deleted. Without the cache nothing is
 * begun.
 */
public final class Erasure implements Privacy {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_SUBJECT_CHARS = 256;

  /** An id that no decision has, to learn whether the cache would take those that are forgotten. */
  private static final UUID NOBODYS = new UUID(0, 0);

  private static final String NOTHING =
      "forget deleted nothing, since the cache of recent decisions could not be reached";
  private static final String STORED =
      "forget deleted what is stored but has no receipt, since the cache of recent decisions was"
          + " lost meanwhile";

  private final ErasureStore store;
  private final Optional<RecentDecisions> recent;
  private final Optional<BufferedDecisionLog> log;
  private final Clock clock;

  /** Makes one for all that this process can reach. */
  public Erasure(
      ErasureStore store,
      Optional<RecentDecisions> recent,
      Optional<BufferedDecisionLog> log,
      Clock clock) {
    this.store = store;
    this.recent = recent;
    this.log = log;
    this.clock = clock;
  }

  @Override
  public ErasureReceipt forget(String subject) {
    Texts.requiredFault("subject", subject, MAX_SUBJECT_CHARS)
        .ifPresent(
            fault -> {
              throw new InvalidInputException(fault);
            });
    recent.ifPresent(cache -> uncache(cache, List.of(NOBODYS), NOTHING));
    ErasureStore.Request request = store.begin(subject, clock.instant());
    log.ifPresent(pending -> pending.awaitNonePending(PATIENCE));
    request.delete();
    AtomicLong cached = new AtomicLong();
    recent.ifPresent(
        cache -> request.decisions(ids -> cached.addAndGet(uncache(cache, ids, STORED))));
    return request.end(cached.get(), log.map(BufferedDecisionLog::pendingRows).orElse(0L));
  }

  private static long uncache(RecentDecisions cache, List<UUID> ids, String outcome) {
    try {
      return cache.forget(ids);
    } catch (UnavailableException | TimedOutException e) {
      throw new UnavailableException(
          outcome + "; call again, to have all done: " + e.getMessage(), e);
    }
  }
}
