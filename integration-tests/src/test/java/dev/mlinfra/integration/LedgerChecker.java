package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import java.util.Collection;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Compares what a producer was told with what the servers hold, and looks at the ledger all the
 * time in between. The producer must be the only one that used the client.
 */
final class LedgerChecker implements AutoCloseable {
  private static final long SAMPLE_NANOS = 500_000;

  private final Supplier<Ledger> ledger;
  private final Queue<Ledger> wrong = new ConcurrentLinkedQueue<>();
  private final Thread sampler;
  private final AtomicLong samples = new AtomicLong();
  private volatile boolean stopping;

  LedgerChecker(Supplier<Ledger> ledger) {
    this.ledger = ledger;
    this.sampler = new Thread(this::sample, "ledger-checker");
    sampler.setDaemon(true);
    sampler.start();
  }

  /**
   * Asserts that every accepted id is stored once, parked or counted as dropped, and that every
   * count of the ledger is what the producer and the servers say. Call it when nothing is buffered
   * or spooled.
   *
   * @param told what the producer was told
   * @param rows the ids that the store holds, one entry a row
   * @param parked the ids that were kept as dead letters
   */
  void settle(Answers told, Collection<UUID> rows, Collection<UUID> parked) {
    assertThat(rows).as("no row twice").hasSameSizeAs(new HashSet<>(rows));
    settleAtLeastOnce(told, rows, parked);
  }

  /** The same for a store that may hold an id more than once. */
  void settleAtLeastOnce(Answers told, Collection<UUID> rows, Collection<UUID> parked) {
    close();
    Ledger last = ledger.get();
    Set<UUID> stored = new HashSet<>(rows);
    Set<UUID> missing = without(without(told.accepted(), stored), new HashSet<>(parked));
    long droppedLater = last.droppedTotal() - told.count(Status.DROPPED_FULL);
    droppedLater -= told.count(Status.CLOSED) + told.count(Status.PAUSED);

    assertThat(without(stored, told.accepted())).as("stored and never accepted").isEmpty();
    assertThat(parked).as("nothing is stored and parked").noneMatch(stored::contains);
    assertThat((long) missing.size()).as("accepted and gone, in %s", last).isEqualTo(droppedLater);
    assertThat(last.stored()).as("stored, in %s", last).isEqualTo(stored.size());
    assertThat(last.parked()).as("parked, in %s", last).isEqualTo(parked.size());
    assertThat(last.buffered()).as("buffered, in %s", last).isZero();
    assertThat(last.spooled()).as("spooled, in %s", last).isZero();
    assertThat(last.offered()).as("offered, in %s", last).isEqualTo(told.total());
    assertThat(last.rejectedTotal())
        .as("rejected, in %s", last)
        .isEqualTo(told.count(Status.REJECTED));
    assertThat(last.sampledOut())
        .as("sampled out, in %s", last)
        .isEqualTo(told.count(Status.SAMPLED_OUT));
    assertThat(last.dropped().getOrDefault(DropReason.FULL, 0L))
        .as("dropped, in %s", last)
        .isEqualTo(told.count(Status.DROPPED_FULL));
  }

  @Override
  public void close() {
    stopping = true;
    try {
      sampler.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    assertThat(wrong).as("ledgers that did not add up, of %s", samples).isEmpty();
    assertThat(samples.get()).as("ledgers looked at").isPositive();
  }

  private static Set<UUID> without(Set<UUID> all, Set<UUID> some) {
    Set<UUID> left = new HashSet<>(all);
    left.removeAll(some);
    return left;
  }

  private void sample() {
    do {
      Ledger now = ledger.get();
      if (!now.balanced() || now.buffered() < 0 || now.spooled() < 0) {
        wrong.add(now);
      }
      samples.incrementAndGet();
      LockSupport.parkNanos(SAMPLE_NANOS);
    } while (!stopping);
  }
}
