package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.spi.LoggedRow;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Whom and what to keep out. Not thread-safe. */
final class FakeForgotten {
  private final Map<String, Instant> until = new HashMap<>();
  private final Map<UUID, String> decisions = new HashMap<>();
  private final Map<String, Long> heldBack = new HashMap<>();
  private final Set<Long> numbers = new HashSet<>();

  void keepOut(String subject, Instant decidedUntil) {
    until.merge(subject, decidedUntil, (a, b) -> a.isAfter(b) ? a : b);
  }

  boolean names(Decision decision, String subject) {
    return decision.subject().filter(subject::equals).isPresent();
  }

  void deleted(LoggedRow<Decision> row, String subject) {
    decisions.put(row.value().id(), subject);
  }

  /** Notes a number whose row was removed or refused. */
  void number(LoggedRow<Decision> row) {
    numbers.add(row.sequence());
  }

  /** The numbers that are not missing. */
  Set<Long> numbers() {
    return new HashSet<>(numbers);
  }

  /** Whether a decision must not be stored; it is then known by its id. */
  boolean refuses(Decision decision) {
    boolean refused =
        decisions.containsKey(decision.id())
            || decision
                .subject()
                .map(until::get)
                .filter(last -> !decision.decidedAt().isAfter(last))
                .isPresent();
    if (refused) {
      decision.subject().ifPresent(subject -> holdBack(decision.id(), subject));
    }
    return refused;
  }

  boolean refusesFeedback(UUID decision) {
    return decisions.containsKey(decision);
  }

  List<UUID> of(String subject) {
    return decisions.entrySet().stream()
        .filter(one -> one.getValue().equals(subject))
        .map(Map.Entry::getKey)
        .toList();
  }

  long heldBack(String subject) {
    return heldBack.getOrDefault(subject, 0L);
  }

  private void holdBack(UUID decision, String subject) {
    if (decisions.putIfAbsent(decision, subject) == null) {
      heldBack.merge(subject, 1L, Long::sum);
    }
  }
}
