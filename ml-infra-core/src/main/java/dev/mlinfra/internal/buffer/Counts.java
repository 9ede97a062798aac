package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.Ledger;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The counters behind a ledger. What is offered and what is buffered are derived from the others,
 * so that every ledger is balanced whatever threads do meanwhile.
 */
final class Counts {
  final LongAdder accepted = new LongAdder();
  final LongAdder stored = new LongAdder();
  final LongAdder repeated = new LongAdder();
  final LongAdder parked = new LongAdder();
  final LongAdder sampledOut = new LongAdder();
  final LongAdder droppedFull = new LongAdder();
  final LongAdder droppedPaused = new LongAdder();
  final LongAdder refusedClosed = new LongAdder();
  final LongAdder lostAtClose = new LongAdder();
  final LongAdder lostPaused = new LongAdder();
  final LongAdder lostUnstorable = new LongAdder();
  final LongAdder writeFailures = new LongAdder();
  private final Map<String, LongAdder> rejected = new ConcurrentHashMap<>();

  void reject(String fault) {
    int end = fault.indexOf(' ');
    String subject = (end < 0 ? fault : fault.substring(0, end)).replaceAll("\\[\\d+]", "");
    rejected.computeIfAbsent(subject, s -> new LongAdder()).increment();
  }

  /** Accepted rows whose fate is settled. Read before {@link #accepted} to stay below it. */
  long settled() {
    return stored.sum() + parked.sum() + lost();
  }

  long dropped() {
    return droppedNumbered() + refusedClosed.sum() + lost();
  }

  /** Drops that have a number of their own, so that the store can tell that they are missing. */
  long droppedNumbered() {
    return droppedFull.sum() + droppedPaused.sum();
  }

  private long lost() {
    return lostAtClose.sum() + lostPaused.sum() + lostUnstorable.sum();
  }

  long rejectedTotal() {
    return rejected.values().stream().mapToLong(LongAdder::sum).sum();
  }

  Ledger ledger() {
    long storedNow = stored.sum();
    long parkedNow = parked.sum();
    long atClose = lostAtClose.sum();
    long pausedAtClose = lostPaused.sum();
    long unstorable = lostUnstorable.sum();
    long buffered = accepted.sum() - storedNow - parkedNow - atClose - pausedAtClose - unstorable;
    Map<String, Long> dropped = new TreeMap<>();
    putIfAny(dropped, "full", droppedFull.sum());
    putIfAny(dropped, "paused", droppedPaused.sum());
    putIfAny(dropped, "closed", refusedClosed.sum());
    putIfAny(dropped, "close timeout", atClose);
    putIfAny(dropped, "paused at close", pausedAtClose);
    putIfAny(dropped, "unstorable", unstorable);
    Map<String, Long> refused = new TreeMap<>();
    rejected.forEach((subject, count) -> putIfAny(refused, subject, count.sum()));
    long sampled = sampledOut.sum();
    long offered = storedNow + parkedNow + buffered + sampled + sum(dropped) + sum(refused);
    return new Ledger(
        offered, storedNow, buffered, 0, parkedNow, sampled, dropped, refused, repeated.sum());
  }

  private static void putIfAny(Map<String, Long> map, String key, long count) {
    if (count > 0) {
      map.put(key, count);
    }
  }

  private static long sum(Map<String, Long> map) {
    return map.values().stream().mapToLong(Long::longValue).sum();
  }
}
