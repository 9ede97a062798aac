package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.event.Event;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.testing.Await;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a person sees with {@code psql} and {@code redis-cli} after each client was used once. */
class ServerContentsIT {
  private static final Duration TTL = Duration.ofHours(6);
  private static final FeatureView USER =
      FeatureView.named("user").number("spend").ttl(TTL).build();

  private static Stack stack;
  private static Sql sql;
  private static RespClient redis;
  private static Decision decision;
  private static Event event;
  private static Artifact artifact;

  @BeforeAll
  static void useEachClientOnce() {
    stack = Servers.CHOSEN.start();
    sql = new Sql(stack.postgres());
    redis = new RespClient(stack.redis());
    try (MlInfra ml = MlInfra.connect(stack.config("contents").view(USER).build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      Await.until("decisions are cached", () -> logsAndFinds(ml, "warm-up"));
      decision =
          Decision.by("ranker")
              .model("bts", "17")
              .action("item-79")
              .propensity(0.087)
              .features(1.5f, -2)
              .featureSet("v1")
              .context("position", "left")
              .latency(Duration.ofMillis(3))
              .build();
      ml.decisions().log(decision);
      ml.decisions().feedback(Feedback.of(decision.id(), 1).kind("click"));
      ml.features()
          .put("user", List.of(FeatureRow.builder("u1", Instant.now()).value("spend", 3).build()));
      event = Event.of("decision.rewarded", "item-79").field("reward", "1.0");
      ml.events().publish(event);
      ml.patterns()
          .put(List.of(LearnedPattern.of("item", "item-79").counters(Map.of("clicks", 1.0))));
      artifact = ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
      int version = ml.models().register(NewModel.of("bts", artifact)).version();
      ml.models()
          .promote(
              NewPromotion.of("bts", version)
                  .alias("champion")
                  .by("a test")
                  .reason("the first one"));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      assertThat(ml.events().flush(Duration.ofSeconds(30))).isTrue();
      Await.until("the decision is cached", () -> ml.history().recent(decision.id()).isPresent());
    }
  }

  @AfterAll
  static void stop() {
    redis.close();
    stack.close();
  }

  @Test
  void showsTheTablesOfTheSchema() {
    assertThat(sql.column("SELECT tablename FROM pg_tables WHERE schemaname = 'ml_learning'"))
        .contains(
            "agent_decisions",
            "agent_feedback",
            "learned_patterns",
            "model_metadata",
            "feature_store");
  }

  @Test
  void showsExactlyTwoTimeSeriesTables() {
    assertThat(
            sql.column(
                """
                SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'ml_learning' AND c.relname LIKE 'ml\\_%'
                  AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                """))
        .containsExactlyInAnyOrder("ml_decision_metrics", "ml_model_metrics");
  }

  @Test
  void touchesNothingOutsideOfTheSchema() {
    assertThat(
            sql.column(
                """
                SELECT n.nspname || '.' || c.relname FROM pg_class c
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname NOT IN ('ml_learning', 'pg_catalog', 'information_schema', 'pg_toast')
                  AND n.nspname NOT LIKE '%timescaledb%' -- what comes with the extension
                  AND n.nspname NOT LIKE 'pg\\_%temp\\_%'
                """))
        .isEmpty();
  }

  @Test
  void showsTheDecisionAndItsFeedback() {
    assertThat(
            sql.column(
                """
                SELECT concat_ws('|', agent, mode, model, model_version, action, propensity,
                                 pass_probability, features, feature_set, context, latency_us)
                FROM ml_learning.agent_decisions WHERE decision_id = ? AND source LIKE 'contents-%'
                """,
                decision.id()))
        .containsExactly(
            "ranker|LIVE|bts|17|item-79|0.087|1|{1.5,-2}|v1|{\"position\": \"left\"}|3000");
    assertThat(
            sql.column(
                "SELECT kind || ' ' || reward FROM ml_learning.agent_feedback"
                    + " WHERE decision_id = ?",
                decision.id()))
        .containsExactly("click 1");
  }

  @Test
  void showsTheDecisionsOfEachMinuteAsATimeSeries() {
    assertThat(
            sql.column(
                "SELECT concat_ws('|', agent, model, decisions, feedbacks, reward_sum)"
                    + " FROM ml_learning.ml_decision_metrics WHERE agent = 'ranker'"))
        .containsExactly("ranker|bts|1|1|1");
  }

  @Test
  void showsPatternModelAndPromotion() {
    assertThat(
            sql.column("SELECT pattern_key FROM ml_learning.learned_patterns WHERE kind = 'item'"))
        .containsExactly("item-79");
    assertThat(
            sql.column(
                "SELECT version || ' ' || sha256 FROM ml_learning.model_metadata"
                    + " WHERE model = 'bts'"))
        .containsExactly("1 " + artifact.sha256());
    assertThat(
            sql.column(
                "SELECT concat_ws('|', alias, version, promoted_by, reason)"
                    + " FROM ml_learning.model_promotions WHERE model = 'bts'"))
        .containsExactly("champion|1|a test|the first one");
  }

  @Test
  void showsAKeyInEachNameSpace() {
    assertThat(keys("ml:features:*")).contains("ml:features:sample", "ml:features:user:u1");
    assertThat(keys("ml:decisions:*")).contains("ml:decisions:" + decision.id());
    assertThat(keys("ml:models:*")).containsExactly("ml:models:bts");
    assertThat(keys("*"))
        .allMatch(key -> key.startsWith("ml:") || key.equals("ml-learning-events"));
  }

  @Test
  void givesFeaturesAndDecisionsATimeToLive() {
    assertThat(redis.number("TTL", "ml:features:sample")).isPositive();
    assertThat(redis.number("TTL", "ml:features:user:u1")).isBetween(1L, TTL.toSeconds());
    assertThat(redis.number("TTL", "ml:decisions:" + decision.id())).isPositive();
  }

  @Test
  void showsTheStreamWithTheGroupOfItsProcessors() {
    List<?> groups = (List<?>) redis.call("XINFO", "GROUPS", "ml-learning-events");
    assertThat(groups).hasSize(1);
    assertThat(RespClient.field(groups.get(0), "name")).isEqualTo("ml-processors");
    Object stream = redis.call("XINFO", "STREAM", "ml-learning-events");
    assertThat(RespClient.field(stream, "length")).isEqualTo(1L);
    Object entry = ((List<?>) redis.call("XRANGE", "ml-learning-events", "-", "+")).get(0);
    Object fields = ((List<?>) entry).get(1);
    assertThat(RespClient.field(fields, "id")).isEqualTo(event.id().toString());
  }

  @Test
  void givesRedisTwoGigabytesAndKeepsTheStreamFromEviction() {
    assertThat(redis.texts("CONFIG", "GET", "maxmemory")).contains("2147483648");
    assertThat(redis.texts("CONFIG", "GET", "maxmemory-policy").get(1))
        .doesNotStartWith("allkeys-");
  }

  @Test
  void keepsTheArtifactUnderItsDigest() {
    assertThat(stack.artifacts().resolve(Artifact.keyOf(artifact.sha256())))
        .hasBinaryContent(new byte[] {1, 2, 3});
  }

  /** The cache is best effort: what comes before its connection is there is left out. */
  private static boolean logsAndFinds(MlInfra ml, String agent) {
    Decision logged = Decision.by(agent).action("a").build();
    return ml.decisions().log(logged).accepted()
        && ml.decisions().flush(Duration.ofSeconds(30))
        && ml.history().recent(logged.id()).isPresent();
  }

  private static List<String> keys(String pattern) {
    List<String> found = new ArrayList<>();
    String cursor = "0";
    do {
      List<?> page = (List<?>) redis.call("SCAN", cursor, "MATCH", pattern, "COUNT", "100");
      cursor = (String) page.get(0);
      ((List<?>) page.get(1)).forEach(key -> found.add((String) key));
    } while (!cursor.equals("0"));
    return found;
  }
}
