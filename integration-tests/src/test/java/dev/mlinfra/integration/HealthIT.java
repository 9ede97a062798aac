package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.embedded.EmbeddedRedis;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.embedded.ServerControl;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.HealthReport;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.monitoring.Monitoring;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.testing.Await;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HealthIT {
  private static final Duration BUDGET = Duration.ofSeconds(2);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static Stack stack;

  private final MeterRegistry meterRegistry = new SimpleMeterRegistry();
  private Sandbox sandbox;

  @BeforeAll
  static void startServers() {
    stack = Servers.CHOSEN.start();
  }

  @AfterAll
  static void closeServers() {
    stack.close();
  }

  @BeforeEach
  void openSandbox() {
    sandbox = stack.sandbox();
  }

  @AfterEach
  void bringServersBack() {
    stack.heal();
    sandbox.close();
  }

  @Test
  void everyComponentIsUpAndSaysWhatItIs() {
    try (MlInfra ml = ready()) {
      List<String> lines = new ArrayList<>();
      // region health
      HealthReport report = ml.health(Duration.ofSeconds(2));
      boolean healthy = report.healthy();
      for (ComponentHealth component : report.components()) {
        lines.add(component.component() + " " + component.status() + ": " + component.detail());
      }
      // endregion
      assertThat(healthy).isTrue();
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0)).startsWith("postgres UP: PostgreSQL 17");
      assertThat(lines.get(1))
          .matches("redis UP: redis \\d+\\.\\d+\\.\\d+, \\d+ MiB used of 2048 MiB, volatile-lru");
      assertThat(lines.get(2)).startsWith("artifactdirectory UP: " + sandbox.artifacts());
      for (String component : List.of("postgres", "redis", "artifactdirectory")) {
        awaitGauge(component, 1);
      }
    }
  }

  @Test
  void whatIsNotMadeYetIsDegradedAndSaysWhatToDo() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST))) {
      assertThat(health(ml, "postgres").status()).isEqualTo(Status.DEGRADED);
      assertThat(health(ml, "postgres").detail()).contains("call ensureSchema()");
      assertThat(health(ml, "artifactdirectory").status()).isEqualTo(Status.DEGRADED);
      assertThat(health(ml, "artifactdirectory").detail()).contains("call ensureBucket()");
      assertThat(ml.health().healthy()).isTrue();
      awaitGauge("postgres", 0.5);
    }
  }

  @Test
  void aRedisThatMayEvictTheStreamIsDegradedAndSaysWhatToDo() {
    try (EmbeddedRedis redis =
            EmbeddedRedis.builder().setting("maxmemory-policy", "allkeys-lru").start();
        MlInfra ml =
            MlInfra.connect(
                MlInfraConfig.forService("ranker")
                    .install(Redis.at(redis.url()).password(redis.password()))
                    .build())) {
      assertThat(health(ml, "redis").status()).isEqualTo(Status.DEGRADED);
      assertThat(health(ml, "redis").detail())
          .contains("'allkeys-lru'")
          .contains("CONFIG SET maxmemory-policy volatile-lru");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "redis"})
  void aServerThatHangsIsDownWithinTheBudgetAndUpAgainAfterwards(String component) {
    try (MlInfra ml = ready()) {
      server(component).stop();

      HealthReport hanging = assertTimeoutPreemptively(DEADLINE, () -> ml.health(BUDGET));
      assertThat(hanging.healthy()).isFalse();
      assertThat(hanging.components())
          .filteredOn(health -> health.status() == Status.DOWN)
          .extracting(ComponentHealth::component)
          .containsExactly(component);
      awaitGauge(component, 0);

      server(component).cont();
      awaitStatus(ml, component, Status.UP);
      awaitGauge(component, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgres", "redis"})
  void aServerThatIsGoneIsDownAndNamed(String component) {
    try (MlInfra ml = ready()) {
      server(component).kill();

      awaitStatus(ml, component, Status.DOWN);
      Await.until(
          component + " is named",
          () -> health(ml, component).detail().contains("127.0.0.1:" + server(component).port()));

      server(component).restart();
      awaitStatus(ml, component, Status.UP);
    }
  }

  @Test
  void aBackgroundStartIsDegradedUntilEverythingIsMade() {
    stack.postgres().kill();
    stack.redis().kill();
    try (MlInfra ml = MlInfra.connect(config(Start.BACKGROUND))) {
      ml.ensureSchema().ensureStreams().ensureBucket();

      assertThat(health(ml, "postgres").status()).isEqualTo(Status.DOWN);
      assertThat(health(ml, "redis").status()).isEqualTo(Status.DOWN);
      assertThat(health(ml, "bootstrap").status()).isEqualTo(Status.DEGRADED);
      assertThat(health(ml, "bootstrap").detail()).contains("ensureSchema");

      stack.heal();
      for (String component : List.of("bootstrap", "postgres", "redis", "artifactdirectory")) {
        awaitStatus(ml, component, Status.UP);
      }
    }
  }

  @Test
  void checksFromManyThreadsDoNotDisturbEachOther() {
    try (MlInfra ml = ready()) {
      List<Status> statuses =
          IntStream.range(0, 200)
              .parallel()
              .mapToObj(i -> ml.health(DEADLINE))
              .flatMap(report -> report.components().stream())
              .map(ComponentHealth::status)
              .toList();

      assertThat(statuses).hasSize(600).containsOnly(Status.UP);
    }
  }

  @Test
  void inventoryIsReadFromTheServers() {
    try (MlInfra ml = ready()) {
      List<String> lines = new ArrayList<>();
      // region inventory
      for (InventoryItem item : ml.inventory()) {
        lines.add(item.component() + " " + item.name() + ": " + item.value() + " " + item.unit());
      }
      // endregion
      assertThat(lines)
          .contains(
              "postgres agent_decisions: 0 rows",
              "redis ml-learning-events: 0 entries",
              "redis ml-processors pending: 0 entries",
              "artifactdirectory artifacts: 0 objects");

      stack.postgres().kill();
      assertThatThrownBy(ml::inventory).isInstanceOf(UnavailableException.class);
    }
  }

  private MlInfra ready() {
    return MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema().ensureStreams().ensureBucket();
  }

  private MlInfraConfig config(Start start) {
    return sandbox.config("ranker").install(Monitoring.to(meterRegistry)).start(start).build();
  }

  private static ServerControl server(String component) {
    return component.equals("redis") ? stack.redis() : stack.postgres();
  }

  private static ComponentHealth health(MlInfra ml, String component) {
    return ml.health(BUDGET).components().stream()
        .filter(health -> health.component().equals(component))
        .findFirst()
        .orElseThrow();
  }

  private static void awaitStatus(MlInfra ml, String component, Status status) {
    Await.until(component + " is " + status, () -> health(ml, component).status() == status);
  }

  private void awaitGauge(String component, double state) {
    Await.until(
        "gauge of " + component + " is " + state,
        () ->
            meterRegistry.get("ml.component.up").tag("component", component).gauge().value()
                == state);
  }
}
