package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.event.Event;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.EventBroker.Subscription;
import dev.mlinfra.testing.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamAdminIT {
  private static final Duration BUDGET = Duration.ofSeconds(5);

  private RedisServer server;
  private Cli cli;

  @BeforeEach
  void start() {
    server = RedisServer.running();
    cli = new Cli(server);
  }

  @AfterEach
  void stop() {
    cli.close();
    server.close();
  }

  @Test
  void makesStreamGroupAndSampleKeyAndMayBeRepeated() {
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      parts.streams().ensure();
      parts.streams().ensure();
    }
    assertThat(cli.redis().xlen("ml-learning-events")).isZero();
    assertThat(cli.redis().xinfoGroups("ml-learning-events"))
        .hasSize(1)
        .asString()
        .contains("ml-processors");
    assertThat(cli.redis().ttl("ml:features:sample")).isPositive();
  }

  @Test
  void keepsWhatAGroupHasReadAlready() {
    try (Parts parts = new Parts(Redis.at(server.url()));
        Subscription subscription = parts.broker().subscribe("ml-processors", "c")) {
      parts.streams().ensure();
      parts.broker().append(List.of(Event.of("t", "k")), true);
      assertThat(subscription.read(10, Duration.ofMillis(50))).hasSize(1);
      parts.streams().ensure();
      assertThat(subscription.read(10, Duration.ofMillis(50))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random"})
  void refusesAPolicyThatEvictsTheStream(String policy) {
    cli.redis().configSet("maxmemory-policy", policy);
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(policy)
          .hasMessageContaining("CONFIG SET maxmemory-policy volatile-lru");
      assertThat(parts.probe().check(BUDGET).status()).isEqualTo(Status.DEGRADED);
    }
  }

  @Test
  void refusesASmallerMemoryThanWanted() {
    cli.redis().configSet("maxmemory", "100mb");
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "redis.maxmemory was 104857600 but must be at least 2147483648; run CONFIG SET"
                  + " maxmemory 2147483648 or call maxMemoryBytes(104857600)");
    }
    try (Parts parts = new Parts(Redis.at(server.url()).maxMemoryBytes(100 << 20))) {
      parts.streams().ensure();
      assertThat(parts.probe().check(BUDGET).status()).isEqualTo(Status.UP);
    }
  }

  @Test
  void reportsAnUnboundedServerAsDegradedAndABoundedOneAsUp() {
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      ComponentHealth unbounded = parts.probe().check(BUDGET);
      assertThat(unbounded.status()).isEqualTo(Status.DEGRADED);
      assertThat(unbounded.detail()).contains("unbounded").contains("CONFIG SET maxmemory");
      cli.redis().configSet("maxmemory", "2gb");

      ComponentHealth bounded = parts.probe().check(BUDGET);

      assertThat(bounded.status()).isEqualTo(Status.UP);
      assertThat(bounded.detail()).startsWith("redis ").contains("of 2048 MiB");
      assertThat(cli.redis().ttl("ml:features:sample")).isPositive();
    }
  }

  @Test
  void refusesAStreamKeyThatHoldsSomethingElse() {
    cli.redis().set("ml-learning-events", "text");
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("WRONGTYPE")
          .hasMessageContaining("rename or delete it");
    }
  }

  @Test
  void namesTheClosedPortInOneLine() {
    int port = RedisServer.freePort();
    try (Parts parts = new Parts(Redis.at("redis://127.0.0.1:" + port))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("refused")
          .hasMessageNotContaining("\n");
      assertThat(parts.probe().check(BUDGET).status()).isEqualTo(Status.DOWN);
    }
  }

  @Test
  void doesNotPayAConnectTimeOutForEachCallToADeadServer() {
    int port = RedisServer.freePort();
    try (Parts parts = new Parts(Redis.at("redis://127.0.0.1:" + port))) {
      for (int i = 0; i < 8; i++) {
        Await.until(
            "an attempt was made and the next is not due",
            () -> parts.probe().check(BUDGET).detail().contains("was not tried"));
      }
      assertThat(parts.probe().check(BUDGET).detail()).contains("next attempt in");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void refusesAWrongPasswordInOneLineWithoutShowingIt(int version) {
    String right = UUID.randomUUID().toString();
    String wrong = UUID.randomUUID().toString();
    cli.redis().configSet("requirepass", right);
    Redis redis = Redis.at(server.url()).resp(version);
    try (Parts parts = new Parts(redis.password(Secret.of(wrong)))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("check user and password")
          .hasMessageNotContaining("\n")
          .satisfies(
              e -> assertThat(Texts.everything(e)).doesNotContain(wrong).doesNotContain(right));
      assertThatThrownBy(() -> parts.broker().append(List.of(Event.of("t", "k")), true))
          .isInstanceOf(UnavailableException.class)
          .satisfies(e -> assertThat(Texts.everything(e)).doesNotContain(wrong));
      assertThat(parts.probe().check(BUDGET))
          .satisfies(
              health -> {
                assertThat(health.status()).isEqualTo(Status.DOWN);
                assertThat(health.detail()).doesNotContain(wrong);
              });
    }
    try (Parts parts = new Parts(redis)) {
      assertThatThrownBy(() -> parts.streams().ensure()).isInstanceOf(ConfigException.class);
    }
    try (Parts parts = new Parts(redis.password(Secret.of(right)))) {
      parts.streams().ensure();
    }
  }

  @Test
  void recoversWhenThePasswordIsChangedBack() {
    String password = UUID.randomUUID().toString();
    try (Parts parts = new Parts(Redis.at(server.url()).password(Secret.of(password)))) {
      cli.redis().configSet("requirepass", UUID.randomUUID().toString());
      assertThatThrownBy(() -> parts.streams().ensure()).isInstanceOf(ConfigException.class);
      cli.redis().configSet("requirepass", password);
      Await.success("logs in", () -> parts.streams().ensure());
    }
  }

  @Test
  void countsWhatIsThere() {
    try (Parts parts = new Parts(Redis.at(server.url()));
        Subscription subscription = parts.broker().subscribe("ml-processors", "c")) {
      assertThat(counts(parts)).containsEntry("ml-learning-events", 0L);
      parts.streams().ensure();
      parts
          .broker()
          .append(List.of(Event.of("t", "a"), Event.of("t", "b"), Event.of("t", "c")), true);
      subscription.read(2, Duration.ofMillis(50));
      cli.redis().mset(Map.of("ml:features:user:1", "", "ml:features:user:2", "", "ml:other", ""));
      cli.redis().mset(Map.of("ml:decisions:1", "", "ml:models:a", "", "unrelated", ""));

      assertThat(counts(parts))
          .containsEntry("ml-learning-events", 3L)
          .containsEntry("ml-processors pending", 2L)
          .containsEntry("ml-processors lag", 1L)
          .containsEntry("ml:features:*", 2L)
          .containsEntry("ml:decisions:*", 1L)
          .containsEntry("ml:models:*", 1L)
          .hasEntrySatisfying("used memory", bytes -> assertThat(bytes).isPositive());
    }
  }

  @Test
  void isDownWithinTheBudgetWhileTheServerHangs() {
    try (Parts parts = new Parts(Redis.at(server.url()))) {
      assertThat(parts.probe().check(BUDGET).status()).isNotEqualTo(Status.DOWN);
      server.freeze();
      ComponentHealth health = parts.probe().check(Duration.ofMillis(100));
      server.thaw();
      assertThat(health.status()).isEqualTo(Status.DOWN);
      assertThat(health.detail()).contains("no answer");
    }
  }

  private static Map<String, Long> counts(Parts parts) {
    return parts.probe().inventory().stream()
        .collect(Collectors.toMap(InventoryItem::name, InventoryItem::value));
  }
}
