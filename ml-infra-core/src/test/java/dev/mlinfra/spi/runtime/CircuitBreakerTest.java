package dev.mlinfra.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.spi.runtime.CircuitBreaker.Admission;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final Duration LONGEST = Duration.ofSeconds(4);

  private long now = Long.MAX_VALUE - 1; // overflows soon, as the clock may
  private final CircuitBreaker breaker =
      new CircuitBreaker(3, new Backoff(Duration.ofSeconds(1), LONGEST), () -> now);

  @Test
  void opensAtTheLimitAndLengthensThePauseWithEachFailure() {
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.pause()).isZero();
    assertThat(breaker.failed()).isTrue();
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.pause()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.pause()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
    now += LONGEST.toNanos();
    assertThat(breaker.pause()).isZero();
    assertThat(breaker.failures()).isEqualTo(4);
  }

  @Test
  void letsOneTrialPassAfterThePauseAndClosesWhenItSucceeds() {
    open();
    assertThat(breaker.admit()).isEqualTo(Admission.REFUSED);
    now += LONGEST.toNanos();
    assertThat(breaker.admit()).isEqualTo(Admission.TRIAL);
    assertThat(breaker.admit()).isEqualTo(Admission.REFUSED);
    breaker.succeeded();
    assertThat(breaker.admit()).isEqualTo(Admission.FREE);
    assertThat(breaker.failures()).isZero();
  }

  @Test
  void letsAnotherTrialPassWhenTheFirstCouldNotBeMade() {
    open();
    now += LONGEST.toNanos();
    assertThat(breaker.admit()).isEqualTo(Admission.TRIAL);
    breaker.untried();
    assertThat(breaker.admit()).isEqualTo(Admission.TRIAL);
  }

  @Test
  void countsNoFailureOfACallThatWasLetPassBeforeItOpened() {
    open();
    assertThat(breaker.failed(false)).isFalse();
    assertThat(breaker.failures()).isEqualTo(3);
    now += LONGEST.toNanos();
    assertThat(breaker.admit()).isEqualTo(Admission.TRIAL);
    breaker.failed(true);
    assertThat(breaker.admit()).isEqualTo(Admission.REFUSED);
  }

  private void open() {
    for (int i = 0; i < 3; i++) {
      breaker.failed(false);
    }
  }
}
