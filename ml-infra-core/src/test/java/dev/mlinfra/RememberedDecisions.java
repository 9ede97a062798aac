package dev.mlinfra;

import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.RecentDecisions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A cache in memory that forgets nothing by itself. */
final class RememberedDecisions implements RecentDecisions {
  final ConcurrentLinkedQueue<RecentDecision> seen = new ConcurrentLinkedQueue<>();

  @Override
  public void remember(List<RecentDecision> batch) {
    seen.addAll(batch);
  }

  @Override
  public List<Optional<RecentDecision>> find(List<UUID> ids, Duration budget) {
    return ids.stream().map(this::find).toList();
  }

  @Override
  public long forget(List<UUID> ids) {
    return ids.stream().filter(id -> seen.removeIf(decision -> decision.id().equals(id))).count();
  }

  private Optional<RecentDecision> find(UUID id) {
    return seen.stream().filter(decision -> decision.id().equals(id)).findFirst();
  }
}
