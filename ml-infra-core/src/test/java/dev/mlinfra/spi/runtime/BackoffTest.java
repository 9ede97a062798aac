package dev.mlinfra.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  private static final int TRIES = 1_000;

  private final Backoff backoff = new Backoff(Duration.ofMillis(20), Duration.ofMillis(200));

  @ParameterizedTest
  @CsvSource({"0,20", "1,20", "2,40", "3,80", "4,160", "5,200", "6,200", "2147483647,200"})
  void pausesForHalfToAllOfADoublingThatEndsAtTheMaximum(int failures, long fullMillis) {
    long full = Duration.ofMillis(fullMillis).toNanos();
    assertThat(LongStream.range(0, TRIES).map(i -> backoff.pauseNanos(failures)))
        .allSatisfy(pause -> assertThat(pause).isBetween(full / 2, full));
  }

  @Test
  void spreadsThePausesOfHostsThatFailedTogether() {
    assertThat(LongStream.range(0, TRIES).map(i -> backoff.pauseNanos(1)).distinct().count())
        .isGreaterThan(TRIES / 2);
  }
}
