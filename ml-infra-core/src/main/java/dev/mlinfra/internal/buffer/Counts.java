package dev.mlinfra.internal.buffer;

import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The counters behind a ledger. What is offered and what is buffered are derived from the others,
 * so that every ledger is balanced whatever threads do meanwhile.
 */
final class Counts {
  final LongAdder stored = new LongAdder();
  final LongAdder duplicates = new LongAdder();
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
  private final SpoolTally spool;
  private final LongSupplier accepted;

  /** Counts what was accepted by what the queue has ever taken, so that an offer counts nothing. */
  Counts(SpoolTally spool, LongSupplier accepted) {
    this.spool = spool;
    this.accepted = accepted;
  }

  void reject(String fault) {
    int end = fault.indexOf(' ');
    String subject = (end < 0 ? fault : fault.substring(0, end)).replaceAll("\\[\\d+]", "");
    rejected.computeIfAbsent(subject, s -> new LongAdder()).increment();
  }

  /** Everything that was ever accepted. */
  long acceptedTotal() {
    return accepted.getAsLong();
  }

  /** Accepted rows that are no longer in memory. Read before the total, to stay below. */
  long leftMemory() {
    return stored.sum() + parked.sum() + lost() + spool.kept.sum();
  }

  long storedTotal() {
    return spool.stored.sum() + stored.sum();
  }

  long duplicatesTotal() {
    return spool.duplicates.sum() + duplicates.sum();
  }

  long parkedTotal() {
    return spool.parked.sum() + parked.sum();
  }

  long writeFailuresTotal() {
    return spool.writeFailures.sum() + writeFailures.sum();
  }

  long spooled() {
    long left = spool.left();
    return spool.kept.sum() - left;
  }

  long dropped(DropReason reason) {
    return switch (reason) {
      case FULL -> droppedFull.sum();
      case PAUSED -> droppedPaused.sum();
      case CLOSED -> refusedClosed.sum();
      case CLOSE_TIMEOUT -> lostAtClose.sum();
      case PAUSED_AT_CLOSE -> lostPaused.sum();
      case UNSTORABLE -> lostUnstorable.sum() + spool.unstorable.sum();
      case SPOOL_DAMAGED -> spool.damaged.sum();
    };
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
    long replayed = spool.stored.sum();
    long replayParked = spool.parked.sum();
    long replayUnstorable = spool.unstorable.sum();
    long damaged = spool.damaged.sum();
    long kept = spool.kept.sum(); // after what left the spool, so that it is never less
    long storedNow = stored.sum();
    long parkedNow = parked.sum();
    long atClose = lostAtClose.sum();
    long pausedAtClose = lostPaused.sum();
    long unstorable = lostUnstorable.sum();
    long settled = storedNow + parkedNow + atClose + pausedAtClose + unstorable;
    long buffered = accepted.getAsLong() - settled - kept;
    long spooled = kept - replayed - replayParked - replayUnstorable - damaged;
    Map<DropReason, Long> dropped = new TreeMap<>();
    putIfAny(dropped, DropReason.FULL, droppedFull.sum());
    putIfAny(dropped, DropReason.PAUSED, droppedPaused.sum());
    putIfAny(dropped, DropReason.CLOSED, refusedClosed.sum());
    putIfAny(dropped, DropReason.CLOSE_TIMEOUT, atClose);
    putIfAny(dropped, DropReason.PAUSED_AT_CLOSE, pausedAtClose);
    putIfAny(dropped, DropReason.UNSTORABLE, unstorable + replayUnstorable);
    putIfAny(dropped, DropReason.SPOOL_DAMAGED, damaged);
    Map<String, Long> refused = new TreeMap<>();
    rejected.forEach((subject, count) -> putIfAny(refused, subject, count.sum()));
    long allStored = storedNow + replayed;
    long allParked = parkedNow + replayParked;
    long sampled = sampledOut.sum();
    long offered =
        allStored + allParked + buffered + spooled + sampled + sum(dropped) + sum(refused);
    return new Ledger(
        offered,
        allStored,
        buffered,
        spooled,
        allParked,
        sampled,
        dropped,
        refused,
        duplicatesTotal());
  }

  private static <K> void putIfAny(Map<K, Long> map, K key, long count) {
    if (count > 0) {
      map.put(key, count);
    }
  }

  private static long sum(Map<?, Long> map) {
    return map.values().stream().mapToLong(Long::longValue).sum();
  }
}
