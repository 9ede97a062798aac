package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisTest {
  private final Secret secret = Secret.of(UUID.randomUUID().toString());

  @Test
  void isInstalledWithOneLine() {
    // region install
    MlInfraConfig cfg =
        MlInfraConfig.forService("ranker")
            .install(Redis.at("rediss://cache.example.com:6379").user("ml-infra").password(secret))
            .build();
    // endregion
    assertThat(cfg.toString()).doesNotContain(secret.reveal());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://localhost",
        "redis://localhost:6379",
        "redis://localhost:6379/",
        "redis://localhost:6379/3",
        "redis://127.0.0.1:1",
        "redis://[::1]:6379",
        "redis://cache",
        "rediss://cache.example.com",
        "rediss://203.0.113.1:65535"
      })
  void takesAnAddress(String url) {
    assertThat(Redis.at(url).faults()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost:6379",
        "http://localhost:6379",
        "redis://",
        "redis://localhost:0",
        "redis://localhost:65536",
        "redis://localhost:port",
        "redis://localhost:6379/x",
        "redis://localhost:6379/0/1",
        "redis://local host",
        "redis-sentinel://localhost",
        "redis://a,b"
      })
  void refusesWhatIsNoAddressAndShowsIt(String url) {
    assertThat(Redis.at(url).faults())
        .hasSize(1)
        .allMatch(line -> line.startsWith("redis.url") && line.contains(" but must be "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:%s@localhost",
        "redis://user:%s@localhost",
        "redis://%s@localhost",
        "redis://localhost?password=%s"
      })
  void refusesAPasswordInTheUrlWithoutShowingIt(String url) {
    Redis redis = Redis.at(url.formatted(secret.reveal()));
    assertThat(redis.faults())
        .hasSize(1)
        .allMatch(line -> line.contains("password(...)") && !line.contains(secret.reveal()));
    assertThat(redis.toString()).doesNotContain(secret.reveal());
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis://cache.example.com", "redis://8.8.8.8", "redis://[2001:db8::1]"})
  void refusesPlaintextToAPublicHostUnlessItIsAllowed(String url) {
    assertThat(Redis.at(url).faults())
        .hasSize(1)
        .allMatch(line -> line.contains("rediss://") && line.contains("allowPlaintext()"));
    assertThat(Redis.at(url).allowPlaintext().faults()).isEmpty();
  }

  @Test
  void namesEachBrokenRule() {
    refuses(redis -> redis.user("app"), "redis.user");
    refuses(redis -> redis.trustCertificates(Path.of("missing.pem")), "redis.trustCertificates");
    refuses(redis -> redis.resp(4), "redis.resp");
    refuses(redis -> redis.connectTimeout(Duration.ZERO), "redis.connectTimeout");
    refuses(redis -> redis.commandTimeout(Duration.ofMillis(-1)), "redis.commandTimeout");
    refuses(redis -> redis.requestQueueSize(999), "redis.requestQueueSize");
    refuses(redis -> redis.stream("a b"), "redis.stream");
    refuses(redis -> redis.stream("a{b}"), "redis.stream");
    refuses(redis -> redis.streamRetention(0), "redis.streamRetention");
    refuses(redis -> redis.maxMemoryBytes(-1), "redis.maxMemoryBytes");
    refuses(redis -> redis.decisionTtl(Duration.ZERO), "redis.decisionTtl");
  }

  @Test
  void reportsAllFaultsAtOnce() {
    assertThat(Redis.at("nonsense").streamRetention(0).resp(9).faults()).hasSize(3);
  }

  @Test
  void changesCopiesOnly() {
    Redis plain = Redis.at("redis://localhost");
    plain.stream("a b");
    assertThat(plain.faults()).isEmpty();
    assertThat(plain.name()).isEqualTo("redis");
    assertThat(plain).hasToString("Redis[redis://localhost]");
  }

  private static void refuses(UnaryOperator<Redis> change, String subject) {
    assertThat(change.apply(Redis.at("redis://localhost")).faults())
        .hasSize(1)
        .allMatch(line -> line.startsWith(subject + " was ") && line.contains(" must "));
  }
}
