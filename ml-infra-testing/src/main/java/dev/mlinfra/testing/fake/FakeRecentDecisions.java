package dev.mlinfra.testing.fake;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.RecentDecisions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers decisions for some minutes, and forgets rather than fails. */
final class FakeRecentDecisions implements RecentDecisions {
  private static final Logger LOG = LoggerFactory.getLogger(FakeRecentDecisions.class);
  private static final Duration TIME_TO_LIVE = Duration.ofMinutes(15);

  private record Remembered(RecentDecision decision, Instant until) {}

  private final Faulty faulty;
  private final HostClock clock;
  private final Map<UUID, Remembered> remembered = new ConcurrentHashMap<>();

  FakeRecentDecisions(Faulty faulty, HostClock clock) {
    this.faulty = faulty;
    this.clock = clock;
  }

  @Override
  public void remember(List<RecentDecision> batch) {
    try {
      faulty.call(
          new Call(Part.RECENT_DECISIONS, batch, true),
          Duration.ZERO,
          () -> {
            Instant now = clock.instant();
            remembered.values().removeIf(old -> !old.until().isAfter(now));
            batch.forEach(
                one -> remembered.put(one.id(), new Remembered(one, now.plus(TIME_TO_LIVE))));
            return batch;
          });
    } catch (MlInfraException e) {
      LOG.debug("recent decisions forgotten: {}", e.getMessage());
    }
  }

  @Override
  public List<Optional<RecentDecision>> find(List<UUID> ids, Duration budget) {
    try {
      return faulty.call(
          new Call(Part.RECENT_DECISIONS, ids, true),
          budget,
          () -> ids.stream().map(this::known).toList());
    } catch (MlInfraException e) {
      LOG.debug("recent decisions not found: {}", e.getMessage());
      return Collections.nCopies(ids.size(), Optional.empty());
    }
  }

  private Optional<RecentDecision> known(UUID id) {
    return Optional.ofNullable(remembered.get(id))
        .filter(found -> found.until().isAfter(clock.instant()))
        .map(Remembered::decision);
  }

  @Override
  public long forget(List<UUID> ids) {
    return faulty.call(
        Part.RECENT_DECISIONS,
        () -> ids.stream().filter(id -> remembered.remove(id) != null).count());
  }
}
