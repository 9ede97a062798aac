package dev.mlinfra.testing.fake;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The entries of a stream and what its groups have done with them. */
final class FakeStream {
  private final Object lock = new Object();
  private final HostClock clock;
  private final List<Published> entries = new ArrayList<>();
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
          entries.add(Published.of(event));
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
    long deadline = System.nanoTime() + Timeouts.bounded(block).toNanos();
    synchronized (lock) {
      group(group).join(consumer);
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

  /** Appends what is no event. */
  void appendUnreadable(String raw) {
    synchronized (lock) {
      entries.add(new Published(null, () -> raw));
      lock.notifyAll();
    }
  }

  void leave(String group, String consumer) {
    synchronized (lock) {
      group(group).leave(consumer);
    }
  }

  void ack(String group, List<String> entryIds) {
    synchronized (lock) {
      entryIds.forEach(id -> group(group).ack(index(id)));
    }
  }

  /** A copy of the entries that are events. */
  List<Event> events() {
    synchronized (lock) {
      return entries.stream().flatMap(entry -> Stream.ofNullable(entry.event())).toList();
    }
  }

  long size() {
    synchronized (lock) {
      return entries.size();
    }
  }

  long pending(String group) {
    synchronized (lock) {
      return group(group).pending();
    }
  }

  Set<String> consumers(String group) {
    synchronized (lock) {
      return group(group).consumers();
    }
  }

  static int index(String entryId) {
    return Integer.parseInt(entryId.substring(0, entryId.indexOf('-'))) - 1;
  }

  private FakeGroup group(String name) {
    return groups.computeIfAbsent(name, unused -> new FakeGroup());
  }

  private EventBroker.Entry entry(int index, long deliveries) {
    Published entry = entries.get(index);
    return new EventBroker.Entry((index + 1) + "-0", entry.event(), entry.raw(), deliveries);
  }

  private record Published(@Nullable Event event, Supplier<String> raw) {
    static Published of(Event event) {
      return new Published(
          event,
          () ->
              "id=%s type=%s key=%s at=%s fields=%s"
                  .formatted(event.id(), event.type(), event.key(), event.at(), event.fields()));
    }
  }
}
