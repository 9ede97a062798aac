package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedServer;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.event.Event;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.testing.Await;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The exporter's jar on real servers. */
class ExporterIT {
  private static EmbeddedStack stack;
  private static Sql sql;

  @TempDir private Path directory;
  private ExporterProcess exporter;

  @BeforeAll
  static void useEachClientOnce() {
    stack = EmbeddedStack.start();
    sql = new Sql(stack.postgres());
    try (MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      for (int i = 0; i < 100; i++) {
        ml.decisions().log(decision());
      }
      ml.models()
          .register(
              NewModel.of("bts", ml.artifacts().put(new ByteArrayInputStream(new byte[] {1}))));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
    }
  }

  @AfterAll
  static void closeServers() {
    stack.close();
  }

  @BeforeEach
  void startExporter() {
    exporter = ExporterProcess.start(directory, properties());
    awaitUp("postgres");
    awaitUp("redis");
  }

  @AfterEach
  void stopExporter() {
    exporter.close();
    stack.heal();
  }

  @Test
  void showsWhatTheClientsStored() {
    publishOnce();
    Await.until(
        "the event is waiting",
        () ->
            exporter.shows(
                "ml_redis_group_lag{stream=\"ml-learning-events\",group=\"ml-processors\"} 1"));
    Await.until(
        "the event is weighed",
        () ->
            exporter.metrics().contains("ml_redis_namespace_keys{")
                && exporter.value("ml_redis_memory_ml_bytes") > 0);
    Await.until("decisions", () -> exporter.metrics().contains("ml_postgres_completeness_ratio{"));
    assertThat(exporter.metrics())
        .containsPattern("ml_postgres_schema_version [1-9]")
        .contains("ml_postgres_missing_decisions{service=\"ranker\"} 0\n")
        .contains("ml_postgres_unmirrored_models 1\n")
        .contains("ml_postgres_table_parts{table=\"ml_decision_metrics\",kind=\"partition\"} ")
        .contains("ml_redis_stream_entries{stream=\"ml-learning-events\"} 1\n")
        .contains("ml_redis_group_lag{stream=\"ml-learning-events\",group=\"ml-processors\"} 1\n")
        .contains("ml_redis_namespace_keys{namespace=\"ml:decisions:*\"} ")
        .contains("ml_redis_stream_safe 1\n");
    assertThat(exporter.value("ml_postgres_table_lag_seconds{table=\"agent_decisions\"}"))
        .isBetween(0.0, 600.0);
  }

  @Test
  void aDecisionWithoutARowIsMissing() {
    sql.run(
        "DELETE FROM ml_learning.agent_decisions WHERE source_sequence IN (1, 50)"
            + " AND source LIKE 'ranker-%'");
    try {
      Await.until(
          "two are missing",
          () -> exporter.shows("ml_postgres_missing_decisions{service=\"ranker\"} 2"));
      assertThat(exporter.metrics())
          .containsPattern("ml_postgres_completeness_ratio\\{process=\"ranker-[^\"]+\"} 0\\.98\n");
    } finally {
      sql.run("DELETE FROM ml_learning.agent_decisions");
      try (MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
        for (int i = 0; i < 100; i++) {
          ml.decisions().log(decision());
        }
        assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "redis"})
  void aServerThatHangsIsDownHidesNoOtherAndComesBack(String name) {
    String other = name.equals("redis") ? "postgres" : "redis";
    server(name).stop();

    Await.until(name + " is down", () -> exporter.shows("ml_" + name + "_up 0"));
    assertThat(exporter.metrics()).doesNotContain("ml_" + name + "_info");
    Await.until("the other is up", () -> exporter.shows("ml_" + other + "_up 1"));
    Await.until("it is well", () -> exporter.health().contains("\"" + other + "\":\"ok\""));

    server(name).cont();
    awaitUp(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "redis"})
  void aServerThatIsKilledIsDownAndTheReasonIsTold(String name) {
    server(name).kill();

    Await.until(name + " is down", () -> exporter.shows("ml_" + name + "_up 0"));
    Await.until(
        "the reason is told",
        () ->
            exporter
                .metrics()
                .contains(
                    "ml_exporter_probe_failures_total{probe=\""
                        + name
                        + "\",reason=\"unavailable\"}"));
    server(name).restart();
    awaitUp(name);
  }

  @Test
  void aWrongPasswordIsNamedAndNotShown() throws IOException {
    Path wrong = directory.resolve("wrong");
    Files.writeString(wrong, "not-the-password");
    Map<String, String> properties = properties();
    properties.put("postgres.password-file", wrong.toString());
    properties.put("redis.password-file", wrong.toString());
    try (ExporterProcess refused = ExporterProcess.start(directory, properties)) {
      for (String name : new String[] {"postgres", "redis"}) {
        Await.until(
            name + " refuses",
            () ->
                refused
                    .metrics()
                    .contains(
                        "ml_exporter_probe_failures_total{probe=\""
                            + name
                            + "\",reason=\"refused\"}"));
      }
      Await.until(
          "the health report says why",
          () -> refused.health().contains("28P01") && refused.health().contains("WRONGPASS"));
      assertThat(refused.health() + refused.metrics() + refused.log())
          .doesNotContain("not-the-password");
    }
  }

  @Test
  void aServerWithoutTheSchemaIsUpAndSaysSo() {
    Map<String, String> properties = properties();
    properties.put("postgres.schema", "nobody_made_it");
    try (ExporterProcess fresh = ExporterProcess.start(directory, properties)) {
      for (String line :
          List.of(
              "ml_postgres_schema_version 0",
              "ml_postgres_up 1",
              "ml_exporter_probe_up{probe=\"postgres-decisions\"} 1")) {
        Await.until(line, () -> fresh.shows(line));
      }
    }
  }

  @Test
  void badConfigurationIsOneLineForEachFault() throws Exception {
    Path file =
        ExporterProcess.write(
            directory, Map.of("redis.url", "http://cache", "mlflow.intervall", "PT1S"));

    String answer = ExporterProcess.run("--config", file.toString());

    assertThat(answer.substring(2).lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("ml-infra-exporter: "))
        .anyMatch(line -> line.contains("redis.url was 'http://cache' but must be redis or"))
        .anyMatch(line -> line.contains("mlflow.url was not set but is required"))
        .anyMatch(line -> line.contains("mlflow.intervall was set but is no property"));
    assertThat(answer).startsWith("2 ");
    assertThat(ExporterProcess.run("--help")).startsWith("0 usage: java -jar");
    assertThat(ExporterProcess.run("--config", directory.resolve("none").toString()))
        .startsWith("2 ml-infra-exporter: configuration '")
        .contains("was not readable (NoSuchFileException)");
    assertThat(ExporterProcess.run("--verbose")).startsWith("2 ml-infra-exporter: '--verbose' is");
  }

  @Test
  void anAddressInUseIsNamed() throws Exception {
    Map<String, String> properties = properties();
    properties.put("listen", "127.0.0.1:" + stack.redis().port());

    assertThat(
            ExporterProcess.run(
                "--config", ExporterProcess.write(directory, properties).toString()))
        .startsWith("1 ml-infra-exporter: listen was '")
        .contains("must be a free address of this machine");
  }

  /** A Redis that was killed has forgotten its stream. */
  private static void publishOnce() {
    try (MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
      ml.ensureStreams();
      ml.events().publish(Event.of("decision.rewarded", "item-79"));
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      assertThat(ml.events().flush(Duration.ofSeconds(30))).isTrue();
    }
  }

  private static EmbeddedServer server(String name) {
    return name.equals("redis") ? stack.redis() : stack.postgres();
  }

  private void awaitUp(String name) {
    Await.until(name + " is up", () -> exporter.shows("ml_" + name + "_up 1"));
  }

  private static Decision decision() {
    return Decision.by("ranker").model("bts", "17").action("item-79").propensity(0.5).build();
  }

  private static Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    properties.put("postgres.url", stack.jdbcUrl());
    properties.put("postgres.user", stack.postgres().user());
    properties.put("postgres.password-file", stack.postgres().passwordFile().toString());
    properties.put("redis.url", stack.redis().url());
    properties.put("redis.password-file", stack.redis().passwordFile().toString());
    for (String section : new String[] {"postgres", "redis"}) {
      properties.put(section + ".interval", "PT0.2S");
      properties.put(section + ".detail-interval", "PT0.5S");
      properties.put(section + ".timeout", "PT2S");
    }
    return properties;
  }
}
