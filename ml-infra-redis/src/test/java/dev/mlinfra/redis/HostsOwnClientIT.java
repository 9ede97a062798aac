package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.testing.Await;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that has a client already, and lends it. */
class HostsOwnClientIT {
  private RedisServer server;
  private RedisClient client;

  @BeforeEach
  void start() {
    server = RedisServer.running("--maxmemory", "3gb", "--maxmemory-policy", "noeviction");
    client = RedisClient.create(server.url());
  }

  @AfterEach
  void stop() {
    client.shutdown();
    server.close();
  }

  @Test
  void worksOnConnectionsOfItsOwnAndLeavesTheClientOpen() {
    try (StatefulRedisConnection<String, String> hosts = client.connect()) {
      try (Parts parts = new Parts(Redis.on(client).stream("lent"))) {
        parts.streams().ensure();
        assertThat(hosts.sync().exists("lent")).isEqualTo(1);
        assertThat(parts.probe().check(Duration.ofSeconds(10)).status()).isEqualTo(Status.UP);
        assertThat(hosts.sync().clientList()).contains("name=ml-infra-ranker-writes");
      }
      Await.until(
          "our connections are closed",
          () -> !hosts.sync().clientList().contains("name=ml-infra-ranker-"));
      assertThat(hosts.sync().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void comesBackWithItsServer() {
    try (Parts parts = new Parts(Redis.on(client))) {
      parts.streams().ensure();
      server.kill();
      Await.until("the loss is seen", () -> down(parts));
      server.start();
      Await.until("it is connected again", () -> !down(parts));
    }
  }

  @Test
  void saysSoWhenTheClientHasNoAddress() {
    RedisClient homeless = RedisClient.create();
    try (Parts parts = new Parts(Redis.on(homeless))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("the host's RedisClient");
    } finally {
      homeless.shutdown();
    }
  }

  @Test
  void refusesWhatBelongsToConnections() {
    Redis redis = Redis.on(client).user("app").password(Secret.of("s3cret")).resp(2);
    assertThat(redis.faults())
        .hasSize(3)
        .contains(
            "redis.user was set but belongs to the host's RedisClient; set it there and leave it"
                + " out here");
    assertThat(redis).hasToString("Redis[misconfigured]");
    assertThat(Redis.on(client).stream("lent")).hasToString("Redis[the host's RedisClient]");
  }

  private static boolean down(Parts parts) {
    return parts.probe().check(Duration.ofSeconds(2)).status() == Status.DOWN;
  }
}
