package dev.mlinfra.buffer;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where everything that was ever offered is now. At any instant {@code offered = stored + buffered
 * + spooled + parked + sampledOut + dropped + rejected}.
 *
 * @param offered calls so far
 * @param stored in the store, by this process or before
 * @param buffered accepted and in memory, the batch being written included
 * @param spooled accepted by this process and on disk; what an earlier process left there is not
 *     part of the ledger, but of the meter {@code ml.spool.rows}
 * @param parked accepted, refused by the store, kept as a dead letter with its cause
 * @param sampledOut left out by sampling
 * @param dropped by reason; reasons that never occurred are left out
 * @param rejected by the subject of the broken rule, as {@code decision.propensity}
 * @param duplicates how many of {@code stored} the store had before, as after a retry or replay
 * @since 0.1
 */
public record Ledger(
    long offered,
    long stored,
    long buffered,
    long spooled,
    long parked,
    long sampledOut,
    Map<DropReason, Long> dropped,
    Map<String, Long> rejected,
    long duplicates) {
  /**
   * Copies the maps.
   *
   * @since 0.1
   */
  public Ledger {
    dropped = Collections.unmodifiableMap(new TreeMap<>(dropped));
    rejected = Map.copyOf(rejected);
  }

  /**
   * Returns how many were dropped for any reason.
   *
   * @return a count
   * @since 0.1
   */
  public long droppedTotal() {
    return dropped.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns how many were rejected for any reason.
   *
   * @return a count
   * @since 0.1
   */
  public long rejectedTotal() {
    return rejected.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Says whether the terms add up to {@link #offered()}.
   *
   * @return true for every ledger that a client hands out
   * @since 0.1
   */
  public boolean balanced() {
    return offered
        == stored + buffered + spooled + parked + sampledOut + droppedTotal() + rejectedTotal();
  }

  @Override
  public String toString() {
    return "offered "
        + offered
        + " = stored "
        + stored
        + " + buffered "
        + buffered
        + " + spooled "
        + spooled
        + " + parked "
        + parked
        + " + sampled out "
        + sampledOut
        + " + dropped "
        + (dropped.isEmpty() ? "0" : dropped)
        + " + rejected "
        + (rejected.isEmpty() ? "0" : rejected);
  }
}
