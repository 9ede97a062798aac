package dev.mlinfra.testing.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Where a consumer group is in its stream and what it has not acknowledged. Not thread-safe. */
final class FakeGroup {
  private record Pending(String consumer, Instant since, long deliveries) {}

  private final TreeMap<Integer, Pending> pending = new TreeMap<>();
  private final Set<String> consumers = new TreeSet<>();
  private int next;

  /** The index of the next entry that nobody got. */
  int next() {
    return next;
  }

  /** A consumer is one from its first read on. */
  void join(String consumer) {
    consumers.add(consumer);
  }

  /** A consumer stays one as long as entries are pending for it. */
  void leave(String consumer) {
    if (pending.values().stream().noneMatch(entry -> entry.consumer().equals(consumer))) {
      consumers.remove(consumer);
    }
  }

  long pending() {
    return pending.size();
  }

  Set<String> consumers() {
    return Set.copyOf(consumers);
  }

  int deliver(String consumer, Instant now) {
    pending.put(next, new Pending(consumer, now, 1));
    return next++;
  }

  /** Hands idle entries over; by index, how often each was delivered now. */
  Map<Integer, Long> claim(String consumer, Instant now, Duration minIdle, int after, int count) {
    Map<Integer, Long> claimed = new LinkedHashMap<>();
    for (Map.Entry<Integer, Pending> entry : pending.tailMap(after, false).entrySet()) {
      if (claimed.size() == count) {
        break;
      }
      Pending old = entry.getValue();
      if (Duration.between(old.since(), now).compareTo(minIdle) >= 0) {
        long deliveries = old.deliveries() + 1;
        entry.setValue(new Pending(consumer, now, deliveries));
        claimed.put(entry.getKey(), deliveries);
      }
    }
    return claimed;
  }

  void ack(int index) {
    pending.remove(index);
  }
}
