package dev.mlinfra.testing.fake;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** The entries of a stream and what its groups have done with them. */
final class FakeStream {
  private final Object lock = new Object();
  private final HostClock clock;
  private final List<Event> entries = new ArrayList<>();
  private final Set<UUID> ids = new HashSet<>();
  private final Map<String, FakeGroup> groups = new HashMap<>();

  FakeStream(HostClock clock) {
    this.clock = clock;
  }

  Written append(List<Event> batch, boolean firstAttempt) {
    synchronized (lock) {
      int before = entries.size();
      for (Event event : batch) {
        if (ids.add(event.id()) || firstAttempt) {
          entries.add(event);
        }
      }
      lock.notifyAll();
      int inserted = entries.size() - before;
      return new Written(inserted, batch.size() - inserted);
    }
  }

  /** Waits for entries that the group did not get yet, at most for the given time. */
  List<EventBroker.Entry> read(String group, String consumer, int count, Duration block)
      throws InterruptedException {
    long deadline = System.nanoTime() + block.toNanos();
    synchronized (lock) {
      while (group(group).next() >= entries.size()) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return List.of();
        }
        lock.wait(left / 1_000_000, (int) (left % 1_000_000));
      }
      List<EventBroker.Entry> got = new ArrayList<>();
      while (got.size() < count && group(group).next() < entries.size()) {
        int index = group(group).deliver(consumer, clock.instant());
        got.add(entry(index, 1));
      }
      return got;
    }
  }

  /** Takes over idle entries after an index, in order. */
  List<EventBroker.Entry> claim(
      String group, String consumer, Duration minIdle, int after, int count) {
    synchronized (lock) {
      List<EventBroker.Entry> got = new ArrayList<>();
      group(group)
          .claim(consumer, clock.instant(), minIdle, after, count)
          .forEach((index, deliveries) -> got.add(entry(index, deliveries)));
      return got;
    }
  }

  void ack(String group, List<String> entryIds) {
    synchronized (lock) {
      entryIds.forEach(id -> group(group).ack(index(id)));
    }
  }

  long size() {
    synchronized (lock) {
      return entries.size();
    }
  }

  static int index(String entryId) {
    return Integer.parseInt(entryId.substring(0, entryId.indexOf('-'))) - 1;
  }

  private FakeGroup group(String name) {
    return groups.computeIfAbsent(name, unused -> new FakeGroup());
  }

  private EventBroker.Entry entry(int index, long deliveries) {
    Event event = entries.get(index);
    String raw =
        "id=%s type=%s key=%s at=%s fields=%s"
            .formatted(event.id(), event.type(), event.key(), event.at(), event.fields());
    return new EventBroker.Entry((index + 1) + "-0", event, raw, deliveries);
  }
}
