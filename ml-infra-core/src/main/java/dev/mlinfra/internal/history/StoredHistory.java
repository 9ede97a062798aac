package dev.mlinfra.internal.history;

import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionHistory;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/** The store has all decisions, the cache those of the last minutes. */
public final class StoredHistory implements DecisionHistory {
  private final Optional<DecisionReader> store;
  private final Optional<RecentDecisions> cache;
  private final PauseSwitch pause;

  /** Makes the client; a store that is absent is reported by the calls that need it. */
  public StoredHistory(
      Optional<DecisionReader> store, Optional<RecentDecisions> cache, PauseSwitch pause) {
    this.store = store;
    this.cache = cache;
    this.pause = pause;
  }

  @Override
  public List<Optional<RecentDecision>> recent(List<UUID> ids, Duration budget) {
    return ids.isEmpty() || cache.isEmpty() || pause.paused()
        ? Collections.nCopies(ids.size(), Optional.empty())
        : cache.get().find(List.copyOf(ids), Timeouts.bounded(budget));
  }

  @Override
  public long outcomes(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    return store("history().outcomes()").read(query, reader);
  }

  @Override
  public List<DecisionCompleteness> completeness(Instant from, Instant to) {
    return store("history().completeness()").completeness(DecisionQuery.between(from, to));
  }

  private DecisionReader store(String call) {
    return store.orElseThrow(
        () -> LibraryModule.POSTGRES.missing(call, "a module that reads decisions back"));
  }
}
