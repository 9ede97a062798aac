package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.event.Event;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.EventBroker.Subscription;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs everything as the user that the page on Redis tells an administrator to make. */
class LeastPrivilegeIT {
  private static final Duration SHORT = Duration.ofMillis(50);

  private final String password = UUID.randomUUID().toString();
  private RedisServer server;
  private Cli cli;

  @BeforeEach
  void start() throws IOException {
    server = RedisServer.running();
    cli = new Cli(server);
    cli.acl(documentedUser(), password);
  }

  @AfterEach
  void stop() {
    cli.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void everythingWorksWithTheDocumentedRights(int version) {
    try (Parts parts = new Parts(redis().resp(version).streamRetention(1))) {
      parts.streams().ensure();
      FeatureView view = FeatureView.named("user").number("a").build();
      Instant now = Instant.now();
      byte[] packed = ByteBuffer.allocate(24).putLong(8, now.getEpochSecond()).array();
      assertThat(parts.online().putIfNewer(view, List.of(new PackedRow("u", now, now, 0, packed))))
          .isOne();
      assertThat(parts.online().read(view, List.of("u"), Duration.ofSeconds(5))).hasSize(1);

      List<Event> events = List.of(Event.of("t", "k"));
      parts.broker().append(events, true);
      assertThat(parts.broker().append(events, false).duplicates()).isOne();
      Subscription dead = parts.broker().subscribe("ml-processors", "dead");
      assertThat(dead.read(10, SHORT)).hasSize(1);
      dead.close();
      try (Subscription heir = parts.broker().subscribe("ml-processors", "heir")) {
        assertThat(heir.claim(Duration.ZERO, 10))
            .hasSize(1)
            .allSatisfy(entry -> heir.ack(List.of(entry.id())));
      }
      assertThat(cli.redis().xinfoConsumers("ml-learning-events", "ml-processors"))
          .asString()
          .doesNotContain("heir");

      Artifact artifact = new Artifact("s3://b/k", "ab".repeat(32), 1);
      ModelVersion model =
          new ModelVersion("m", 1, artifact, Map.of(), Map.of(), now, Optional.empty());
      parts.models().point("champion", model);
      assertThat(parts.models().find("m", "champion")).isPresent();

      RecentDecision decision =
          new RecentDecision(UUID.randomUUID(), now, "a", "m", "1", "x", 1, false);
      Await.until(
          "is remembered",
          () -> {
            parts.decisions().remember(List.of(decision));
            return parts.recent(decision.id()).isPresent();
          });
      assertThat(parts.decisions().forget(List.of(decision.id(), UUID.randomUUID()))).isOne();
      assertThat(parts.recent(decision.id())).isEmpty();

      assertThat(parts.pause().look(Duration.ofSeconds(5))).isEmpty();

      cli.redis().configSet("maxmemory", "2gb");
      assertThat(parts.probe().check(Duration.ofSeconds(5)))
          .satisfies(health -> assertThat(health.detail()).doesNotContain("NOPERM"))
          .satisfies(health -> assertThat(health.status()).isEqualTo(Status.UP));
      assertThat(parts.probe().inventory()).isNotEmpty();
    }
  }

  @Test
  void theDocumentedUserCanTouchNothingElse() {
    try (Cli user = new Cli(server, "ml-infra", password)) {
      assertThatThrownBy(() -> user.redis().set("orders:1", "x")).hasMessageContaining("NOPERM");
      assertThatThrownBy(() -> user.redis().get("orders:1")).hasMessageContaining("NOPERM");
      assertThatThrownBy(() -> user.redis().flushall()).hasMessageContaining("NOPERM");
      assertThatThrownBy(() -> user.redis().configGet("*")).hasMessageContaining("NOPERM");
      assertThatThrownBy(() -> user.redis().keys("*")).hasMessageContaining("NOPERM");
    }
  }

  @Test
  void startsWithoutTheRightToLookAtTheServer() {
    cli.aclSet("ml-infra", "-info");
    try (Parts parts = new Parts(redis())) {
      parts.streams().ensure();
      assertThat(parts.probe().check(Duration.ofSeconds(5)).status()).isEqualTo(Status.DEGRADED);
    }
  }

  @Test
  void namesTheMissingRightAtStartAndWhileRunning() {
    try (Parts parts = new Parts(redis())) {
      parts.streams().ensure();
      cli.aclSet("ml-infra", "-xadd");
      assertThatThrownBy(() -> parts.broker().append(List.of(Event.of("t", "k")), true))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("NOPERM")
          .hasMessageContaining("docs/redis.md");
      cli.aclSet("ml-infra", "-xgroup");
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("NOPERM");
    }
  }

  private Redis redis() {
    return Redis.at(server.url()).user("ml-infra").password(Secret.of(password));
  }

  private static String documentedUser() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "redis.md"));
    Matcher rule = Pattern.compile("(?m)^ACL SETUSER (.*?)\\n```", Pattern.DOTALL).matcher(page);
    assertThat(rule.find()).isTrue();
    return rule.group(1).replaceAll("\\s*\\\\\\s*", " ").strip();
  }
}
