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
  private static final int MOST = 1_000;

  private final Backoff backoff;
  private final PriorityQueue<Held> byTime =
      new PriorityQueue<>((a, b) -> Long.signum(a.dueNanos() - b.dueNanos()));
  private final Set<String> ids = new HashSet<>();

  Retries(Backoff backoff) {
    this.backoff = backoff;
  }

  /** Keeps an entry that is due again after the back-off. */
  void later(EventBroker.Entry entry, Throwable cause, int attempts) {
    hold(new Held(entry, System.nanoTime() + backoff.pauseNanos(attempts), cause, attempts));
  }

  /** Keeps an entry that is due again at once. */
  void atOnce(EventBroker.Entry entry, Throwable cause, int attempts) {
    hold(new Held(entry, System.nanoTime(), cause, attempts));
  }

  private void hold(Held held) {
    if (ids.add(held.entry().id())) {
      byTime.add(held);
    }
  }

  /** Takes an entry that is due, or null. */
  @Nullable Held due() {
    Held first = byTime.peek();
    if (first == null || first.dueNanos() - System.nanoTime() > 0) {
      return null;
    }
    byTime.remove();
    ids.remove(first.entry().id());
    return first;
  }

  boolean holds(String entryId) {
    return ids.contains(entryId);
  }

  /** Whether no more should be taken on. */
  boolean isFull() {
    return byTime.size() >= MOST;
  }

  int size() {
    return byTime.size();
  }

  /** How long nothing is due, at most the bound and at least a millisecond. */
  Duration untilNext(Duration bound) {
    Held first = byTime.peek();
    if (first == null) {
      return bound;
    }
    Duration next = Duration.ofNanos(Math.max(1_000_000, first.dueNanos() - System.nanoTime()));
    return next.compareTo(bound) < 0 ? next : bound;
  }

  /** An entry, why it failed and how often it was tried. */
  record Held(EventBroker.Entry entry, long dueNanos, Throwable cause, int attempts) {}
}
