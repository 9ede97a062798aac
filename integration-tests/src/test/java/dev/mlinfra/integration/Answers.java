package dev.mlinfra.integration;

import dev.mlinfra.buffer.Acceptance;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What host threads were told about their offers. Thread-safe. */
final class Answers {
  private final Set<UUID> accepted = ConcurrentHashMap.newKeySet();
  private final Map<Acceptance.Status, LongAdder> counts = new ConcurrentHashMap<>();

  Acceptance note(UUID id, Acceptance answer) {
    counts.computeIfAbsent(answer.status(), status -> new LongAdder()).increment();
    if (answer.accepted()) {
      accepted.add(id);
    }
    return answer;
  }

  Set<UUID> accepted() {
    return Set.copyOf(accepted);
  }

  int acceptedCount() {
    return accepted.size();
  }

  long count(Acceptance.Status status) {
    LongAdder count = counts.get(status);
    return count == null ? 0 : count.sum();
  }

  long total() {
    return counts.values().stream().mapToLong(LongAdder::sum).sum();
  }
}
