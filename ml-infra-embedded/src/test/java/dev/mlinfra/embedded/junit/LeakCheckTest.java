package dev.mlinfra.embedded.junit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final CountDownLatch end = new CountDownLatch(1);

  @Test
  void namesTheThreadThatWasLeft() {
    LeakCheck check = LeakCheck.fromHere();
    start("ml-infra-forgotten");
    assertThatThrownBy(() -> check.requireNone(Duration.ofMillis(20)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("ml-infra-forgotten in ")
        .hasMessageContaining("close every MlInfra");
    end.countDown();
    assertThatCode(() -> check.requireNone(PATIENCE)).doesNotThrowAnyException();
  }

  @Test
  void mindsNeitherOlderThreadsNorThoseOfOthers() {
    start("ml-infra-older");
    LeakCheck check = LeakCheck.fromHere();
    start("of-the-host");
    assertThatCode(() -> check.requireNone(PATIENCE)).doesNotThrowAnyException();
    end.countDown();
  }

  private void start(String name) {
    Thread thread =
        new Thread(
            () -> {
              try {
                end.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
