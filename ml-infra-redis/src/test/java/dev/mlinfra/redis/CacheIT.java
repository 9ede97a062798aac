package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Recent decisions and model aliases. */
class CacheIT {
  private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.678901Z");

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
  void remembersDecisionsForTheirTimeToLiveAsTextThatAPersonCanRead() {
    RecentDecision decision = decision("item\t79\\n\n");
    Await.until("is remembered", () -> remembered(decision));

    assertThat(parts.recent(decision.id())).contains(decision);
    String key = "ml:decisions:" + decision.id();
    assertThat(cli.redis().ttl(key)).isBetween(1L, 900L);
    assertThat(cli.redis().get(key))
        .isEqualTo(
            "at=2026-01-02T03:04:05.678901Z\tagent=ranker\tmodel=bts\tversion=17"
                + "\taction=item\\t79\\\\n\\n\tpropensity=0.087");
  }

  @Test
  void findsManyDecisionsInOneRoundTripWithinTheBudget() {
    RecentDecision first = decision("a");
    RecentDecision second = decision("b", true);
    Await.until("is remembered", () -> remembered(first) && remembered(second));
    List<UUID> ids = List.of(second.id(), UUID.randomUUID(), first.id(), second.id());
    assertThat(parts.decisions().find(ids, Duration.ofSeconds(5)))
        .containsExactly(
            Optional.of(second), Optional.empty(), Optional.of(first), Optional.of(second));
    assertThat(cli.redis().info("commandstats")).contains("cmdstat_mget:calls=1,");

    server.freeze();
    assertThat(parts.decisions().find(ids, Duration.ofMillis(20)))
        .hasSize(4)
        .allMatch(Optional::isEmpty);
    server.thaw();
  }

  private boolean remembered(RecentDecision decision) {
    parts.decisions().remember(List.of(decision));
    return cli.redis().exists("ml:decisions:" + decision.id()) == 1;
  }

  @Test
  void forgetsAfterTheTimeToLive() {
    try (Parts quick = new Parts(Redis.at(server.url()).decisionTtl(Duration.ofMillis(200)))) {
      RecentDecision decision = decision("a");
      Await.until(
          "is remembered",
          () -> {
            quick.decisions().remember(List.of(decision));
            return quick.recent(decision.id()).isPresent();
          });
      Await.until("is forgotten", () -> quick.recent(decision.id()).isEmpty());
      assertThat(cli.redis().info("stats")).containsPattern("expired_keys:[1-9]");
    }
  }

  @Test
  void neitherWaitsNorThrowsNorPilesUpWhileTheServerIsAway() {
    RecentDecision first = decision("a");
    Await.until("is remembered", () -> remembered(first));
    List<RecentDecision> many =
        IntStream.range(0, 20_000).mapToObj(i -> decision("item-" + i)).toList();
    server.freeze();
    for (int i = 0; i < 20; i++) {
      parts.decisions().remember(many);
    }
    assertThat(parts.recent(first.id())).isEmpty();
    server.thaw();
    Await.until("is found again", () -> parts.recent(first.id()).isPresent());
    assertThat(cli.redis().dbsize()).isLessThanOrEqualTo(5_001);

    server.kill();
    parts.decisions().remember(many);
    assertThat(parts.recent(first.id())).isEmpty();
    server.start();
    try (Cli again = new Cli(server)) {
      Await.until(
          "is remembered again",
          () -> {
            parts.decisions().remember(List.of(first));
            return again.redis().exists("ml:decisions:" + first.id()) == 1;
          });
    }
  }

  @Test
  void findsNoDecisionInAForeignValue() {
    UUID id = UUID.randomUUID();
    cli.redis().set("ml:decisions:" + id, "nonsense");
    assertThat(parts.recent(id)).isEmpty();
  }

  @Test
  void pointsAliasesInAHashThatAPersonCanRead() {
    ModelVersion first = version(1, Optional.empty());
    ModelVersion second = version(2, Optional.of(new ModelVersion.Mirrored("run-7", "12")));
    parts.models().point("champion", first);
    parts.models().point("challenger", first);
    parts.models().point("champion", second);

    assertThat(parts.models().find("ranker", "champion")).contains(second);
    assertThat(parts.models().find("ranker", "challenger")).contains(first);
    assertThat(parts.models().find("ranker", "nobody")).isEmpty();
    assertThat(parts.models().find("nothing", "champion")).isEmpty();
    assertThat(cli.redis().hgetall("ml:models:ranker"))
        .containsOnlyKeys("champion", "challenger")
        .hasEntrySatisfying(
            "champion",
            line ->
                assertThat(line)
                    .isEqualTo(
                        "version=2\tsha256=%s\tsize=42\tcreated=%s\trun=run-7\tmirrored=12\turi=s3://b/k"
                            .formatted("ab".repeat(32), TIME)));
    assertThat(cli.redis().ttl("ml:models:ranker")).isEqualTo(-1);
  }

  @Test
  void refusesAnAliasThatSomeoneElseWrote() {
    for (String line : List.of("3", "version=x", "version=1\tsha256=ab\tsize=1\turi=u", "")) {
      cli.redis().hset("ml:models:ranker", "champion", line);
      assertThatThrownBy(() -> parts.models().find("ranker", "champion"))
          .isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("ml:models:ranker")
          .hasMessageContaining("champion");
    }
  }

  @Test
  void saysThatAliasesCannotBeReadWhileTheServerIsAway() {
    server.kill();
    assertThatThrownBy(() -> parts.models().find("ranker", "champion"))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("alias 'champion' of model 'ranker'");
  }

  private static RecentDecision decision(String action) {
    return decision(action, false);
  }

  private static RecentDecision decision(String action, boolean deferred) {
    return new RecentDecision(
        UUID.randomUUID(), TIME, "ranker", "bts", "17", action, 0.087, deferred);
  }

  private static ModelVersion version(int number, Optional<ModelVersion.Mirrored> mirror) {
    Artifact artifact = new Artifact("s3://b/k", "ab".repeat(32), 42);
    return new ModelVersion("ranker", number, artifact, Map.of(), Map.of(), TIME, mirror);
  }
}
