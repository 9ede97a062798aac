package dev.mlinfra.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
  private final LogThrottle throttle = new LogThrottle();
  private final List<Integer> lines = new ArrayList<>();

  @Test
  void writesALineForTheFirstTimeAndThenEverMoreSeldom() {
    again(100);
    assertThat(lines).containsExactly(1, 2, 4, 8, 16, 32, 64);
    assertThat(throttle.times()).isEqualTo(100);
  }

  @Test
  void beginsAnewAfterAReset() {
    again(3);
    assertThat(throttle.reset()).isEqualTo(3);
    assertThat(throttle.reset()).isZero();
    again(1);
    assertThat(lines).containsExactly(1, 2, 1);
  }

  private void again(int times) {
    for (int i = 0; i < times; i++) {
      throttle.again(lines::add);
    }
  }
}
