package dev.mlinfra.internal.event;

import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.runtime.Backoff;
import java.time.Duration;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Entries that failed, by the time at which they are due again. Used by one thread. */
final class Retries {
  private final Backoff backoff;
  private final PriorityQueue<Held> byTime =
      new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos() - b.dueNanos()));
  private final Set<String> ids = new HashSet<>();

  Retries(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Keeps an entry until its back-off from a time has passed; a time of 0 means due at once. */
  void hold(EventBroker.Entry entry, long failedAtNanos, Throwable cause, int attempts) {
    long due =
        failedAtNanos == 0 ? System.nanoTime() : failedAtNanos + backoff.pauseNanos(attempts);
    if (ids.add(entry.id())) {
      byTime.add(new Held(entry, due, cause, attempts));
    }
  }

  /** Takes an entry that is due, or null. */
  @Nullable Held due(long nowNanos) {
    Held first = byTime.peek();
    if (first == null || first.dueNanos() - nowNanos > 0) {
      return null;
    }
    byTime.remove();
    ids.remove(first.entry().id());
    return first;
  }

  boolean holds(String entryId) {
    return ids.contains(entryId);
  }

  int size() {
    return byTime.size();
  }

  /** How long nothing is due, at most the bound and at least a millisecond. */
  Duration untilNext(long nowNanos, Duration bound) {
    Held first = byTime.peek();
    if (first == null) {
      return bound;
    }
    Duration next = Duration.ofNanos(Math.max(1_000_000, first.dueNanos() - nowNanos));
    return next.compareTo(bound) < 0 ? next : bound;
  }

  /** An entry, why it failed and how often it was tried. */
  record Held(EventBroker.Entry entry, long dueNanos, Throwable cause, int attempts) {}
}
