package dev.mlinfra.internal.decision;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.privacy.ErasureReceipt;
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
public final class Erasure {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_SUBJECT_CHARS = 256;

  /** An id that no decision has, to learn whether the cache would take those that are forgotten. */
  private static final UUID NOBODYS = new UUID(0, 0);

  private static final String NOTHING =
      "forget deleted nothing, since the cache of recent decisions could not be reached";
  private static final String STORED =
      "forget deleted what is stored but has no receipt, since the cache of recent decisions was"
          + " lost meanwhile";

  /** What the process still holds. */
  interface Held {
    /** Waits until none of it is left, or the time is up. */
    void await(Duration timeout);

    /** How many rows are left. */
    long rows();
  }

  private final Optional<ErasureStore> eraser;
  private final Optional<RecentDecisions> recent;
  private final Clock clock;

  /** Makes one; without an eraser it can only say so. */
  public Erasure(Optional<ErasureStore> eraser, Optional<RecentDecisions> recent, Clock clock) {
    this.eraser = eraser;
    this.recent = recent;
    this.clock = clock;
  }

  ErasureReceipt forget(String subject, Held held) {
    Texts.requiredFault("subject", subject, MAX_SUBJECT_CHARS)
        .ifPresent(
            fault -> {
              throw new ConfigException(fault);
            });
    ErasureStore store =
        eraser.orElseThrow(
            () ->
                new ModuleMissingException(
                    "decisions().forget() needs a module that deletes decisions; add"
                        + " ml-infra-postgres and install(Postgres.at(url))"));
    recent.ifPresent(cache -> uncache(cache, List.of(NOBODYS), NOTHING));
    ErasureStore.Request request = store.begin(subject, clock.instant());
    held.await(PATIENCE);
    request.delete();
    AtomicLong cached = new AtomicLong();
    recent.ifPresent(
        cache -> request.decisions(ids -> cached.addAndGet(uncache(cache, ids, STORED))));
    return request.end(cached.get(), held.rows());
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
