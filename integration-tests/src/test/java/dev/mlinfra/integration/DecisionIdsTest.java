package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.DecisionIds;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Ids of decisions: unique, sortable by time, the same for the same name. */
class DecisionIdsTest {
  private static final long LAST_MILLI = (1L << 48) - 1;
  private static final int THREADS = 8;
  private static final int IDS_A_THREAD = 20_000;

  @Property(tries = 300)
  void isAVersion7IdThatCarriesItsMilliseconds(@ForAll @LongRange(max = LAST_MILLI) long millis) {
    UUID id = DecisionIds.at(Instant.ofEpochMilli(millis));

    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(millis);
  }

  @Property(tries = 300)
  void sortsAsTextLikeItsTime(
      @ForAll @LongRange(max = LAST_MILLI) long one,
      @ForAll @LongRange(max = LAST_MILLI) long other) {
    String first = DecisionIds.at(Instant.ofEpochMilli(Math.min(one, other))).toString();
    String second = DecisionIds.at(Instant.ofEpochMilli(Math.max(one, other))).toString();

    if (one != other) {
      assertThat(first).isLessThan(second);
    }
  }

  @Property(tries = 300)
  void givesTheSameNameTheSameIdAndOthersAnother(@ForAll String name, @ForAll String other) {
    Instant at = Instant.ofEpochMilli(1_700_000_000_000L);

    assertThat(DecisionIds.named(at, name)).isEqualTo(DecisionIds.named(at, name));
    if (!name.equals(other)) {
      assertThat(DecisionIds.named(at, name)).isNotEqualTo(DecisionIds.named(at, other));
    }
  }

  @Example
  void isUniqueAcrossThreadsWithinOneMillisecond() throws InterruptedException {
    Instant at = Instant.ofEpochMilli(1_700_000_000_000L);
    Set<UUID> ids = ConcurrentHashMap.newKeySet();
    Thread[] threads = new Thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
      threads[i] =
          new Thread(
              () -> IntStream.range(0, IDS_A_THREAD).forEach(n -> ids.add(DecisionIds.at(at))));
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(ids).hasSize(THREADS * IDS_A_THREAD);
  }
}
