package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.testing.Await;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RecentDecisions} promises. It is best effort: the contract remembers until it
 * is told that it did.
 *
 * @since 0.1
 */
public abstract class RecentDecisionsContract extends Contract {
  /** For who extends it. */
  protected RecentDecisionsContract() {}

  @Test
  void findsEachIdInItsPlace() {
    RecentDecision first = remembered("first", false);
    RecentDecision second = remembered("second", true);

    assertThat(cache().find(List.of(second.id(), UUID.randomUUID(), first.id()), SOON))
        .containsExactly(Optional.of(second), Optional.empty(), Optional.of(first));
  }

  @Test
  void findsAnIdAsOftenAsItIsAskedFor() {
    RecentDecision one = remembered("a", false);

    assertThat(cache().find(List.of(one.id(), one.id()), SOON))
        .containsExactly(Optional.of(one), Optional.of(one));
  }

  @Test
  void remembersABatchWhole() {
    List<RecentDecision> batch = List.of(decision("a", false), decision("b", false));
    Await.until(
        "both are remembered",
        () -> {
          cache().remember(batch);
          return cache().find(batch.stream().map(RecentDecision::id).toList(), SOON).stream()
              .allMatch(Optional::isPresent);
        });
  }

  @Test
  void forgetsWhatItIsToldToAndCountsIt() {
    RecentDecision gone = remembered("gone", false);
    RecentDecision kept = remembered("kept", false);

    assertThat(cache().forget(List.of(gone.id(), UUID.randomUUID()))).isEqualTo(1);
    assertThat(cache().forget(List.of(gone.id()))).isZero();
    assertThat(cache().find(List.of(gone.id(), kept.id()), SOON))
        .containsExactly(Optional.empty(), Optional.of(kept));
  }

  private RecentDecisions cache() {
    return part(RecentDecisions.class);
  }

  private RecentDecision remembered(String action, boolean deferred) {
    RecentDecision decision = decision(action, deferred);
    Await.until(
        "it is remembered",
        () -> {
          cache().remember(List.of(decision));
          return cache().find(List.of(decision.id()), SOON).get(0).isPresent();
        });
    return decision;
  }

  private RecentDecision decision(String action, boolean deferred) {
    return new RecentDecision(
        UUID.randomUUID(), now(), "agent", "model", "7", action, 0.25, deferred);
  }
}
