package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The search for secrets finds them. */
class LeaksIT {
  private final String canary = "canary-" + UUID.randomUUID();

  @Test
  void findsASecretThatWasLoggedBeforeAnotherJvmLogged() {
    LoggerFactory.getLogger(LeaksIT.class).info("logged {}", canary);
    try (ChildJvm other = ChildJvm.start(Logging.class, Map.of())) {
      assertThat(other.end()).isZero();
    }
    assertThatThrownBy(() -> Leaks.assertNotLogged(canary))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("logged " + canary);
  }

  @Test
  void findsASecretInTheCauseOfAnException() {
    Exception thrown = new IllegalStateException("refused", new IllegalStateException(canary));
    assertThatThrownBy(() -> Leaks.assertNowhere(canary, thrown))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(canary);
  }

  /** A program that logs. */
  static final class Logging {
    private Logging() {}

    public static void main(String[] args) {
      LoggerFactory.getLogger(Logging.class).info("said");
    }
  }
}
