package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.MlInfraException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the keys of the operators mean. */
class PauseSignalIT {
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private RedisServer server;
  private Cli cli;
  private Parts parts;

  @BeforeEach
  void start() {
    server = RedisServer.running();
    cli = new Cli(server);
    parts = new Parts(Redis.at(server.url()));
  }

  @AfterEach
  void stop() {
    parts.close();
    cli.close();
    server.close();
  }

  @Test
  void saysNothingWithoutAKey() {
    cli.redis().set("ml:control:paused:other", "true");
    assertThat(parts.pause().look(BUDGET)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ml:control:paused", "ml:control:paused:ranker"})
  void namesTheKeyAndWhatItSaysInOneLine(String key) {
    cli.redis().set(key, "anna:\nwe move");
    assertThat(parts.pause().look(BUDGET).orElseThrow())
        .contains(key, "anna:", "we move")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "false", " False ", "no", "OFF"})
  void takesWhatAPersonWritesForNoAsNo(String value) {
    cli.redis().set("ml:control:paused", value);
    assertThat(parts.pause().look(BUDGET)).isEmpty();
  }

  @Test
  void pausesByTheOneKeyWhenTheOtherSaysNo() {
    cli.redis().set("ml:control:paused", "false");
    cli.redis().set("ml:control:paused:ranker", "1");
    assertThat(parts.pause().look(BUDGET)).isPresent();
  }

  @Test
  void failsWithinItsBudgetWhileTheServerHangs() {
    assertThat(parts.pause().look(BUDGET)).isEmpty();
    server.freeze();
    assertThatThrownBy(() -> parts.pause().look(Duration.ofMillis(50)))
        .isInstanceOf(MlInfraException.class)
        .hasMessageContaining("look at the pause keys");
    server.thaw();
  }
}
