package dev.mlinfra.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.embedded.EmbeddedPostgres;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.HealthReport;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.monitoring.Monitoring;
import dev.mlinfra.postgres.Postgres;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HealthIT {
  private static final Duration BUDGET = Duration.ofSeconds(1);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private static EmbeddedPostgres postgres;

  private final MeterRegistry meterRegistry = new SimpleMeterRegistry();

  @BeforeAll
  static void startServers() {
    postgres = EmbeddedPostgres.start();
  }

  @AfterAll
  static void closeServers() {
    postgres.close();
  }

  @AfterEach
  void bringServersBack() {
    postgres.restart();
  }

  @Test
  void everyComponentIsUpAndSaysWhatItIs() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema()) {
      // region health
      HealthReport report = ml.health(Duration.ofSeconds(2));
      boolean ready = report.healthy();
      for (ComponentHealth component : report.components()) {
        String line = component.component() + " " + component.status() + ": " + component.detail();
        assertThat(line).startsWith("postgres UP: PostgreSQL 17");
      }
      // endregion
      assertThat(ready).isTrue();
      awaitGauge(1);
    }
  }

  @Test
  void aServerWithoutTheSchemaIsDegradedAndSaysWhatToDo() {
    MlInfraConfig elsewhere = config(Start.FAIL_FAST, "never_made");
    try (MlInfra ml = MlInfra.connect(elsewhere)) {
      ComponentHealth health = health(ml, "postgres");

      assertThat(health.status()).isEqualTo(Status.DEGRADED);
      assertThat(health.detail()).contains("'never_made'").contains("call ensureSchema()");
      assertThat(ml.health().healthy()).isTrue();
      awaitGauge(0.5);
    }
  }

  @Test
  void aServerThatHangsIsDownWithinTheBudgetAndUpAgainAfterwards() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema()) {
      postgres.stop();

      ComponentHealth hanging = assertTimeoutPreemptively(DEADLINE, () -> health(ml, "postgres"));
      assertThat(hanging.status()).isEqualTo(Status.DOWN);
      assertThat(hanging.detail()).contains("no answer");
      assertThat(ml.health(BUDGET).healthy()).isFalse();
      awaitGauge(0);

      postgres.cont();
      await(() -> health(ml, "postgres").status() == Status.UP);
      awaitGauge(1);
    }
  }

  @Test
  void aServerThatIsGoneIsDownAndNamed() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema()) {
      postgres.kill();

      await(() -> health(ml, "postgres").detail().contains("127.0.0.1:" + postgres.port()));
      assertThat(health(ml, "postgres").status()).isEqualTo(Status.DOWN);

      postgres.restart();
      await(() -> health(ml, "postgres").status() == Status.UP);
    }
  }

  @Test
  void aBackgroundStartIsDegradedUntilEverythingIsMade() {
    postgres.kill();
    try (MlInfra ml = MlInfra.connect(config(Start.BACKGROUND, "late")).ensureSchema()) {
      assertThat(health(ml, "postgres").status()).isEqualTo(Status.DOWN);
      assertThat(health(ml, "bootstrap").status()).isEqualTo(Status.DEGRADED);
      assertThat(health(ml, "bootstrap").detail()).contains("ensureSchema");

      postgres.restart();
      await(() -> health(ml, "bootstrap").status() == Status.UP);
      await(() -> health(ml, "postgres").status() == Status.UP);
    }
  }

  @Test
  void checksFromManyThreadsDoNotDisturbEachOther() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema()) {
      List<Status> statuses =
          IntStream.range(0, 200)
              .parallel()
              .mapToObj(i -> ml.health(Duration.ofSeconds(10)))
              .map(report -> report.components().get(0).status())
              .toList();

      assertThat(statuses).containsOnly(Status.UP);
    }
  }

  @Test
  void inventoryIsReadFromTheServers() {
    try (MlInfra ml = MlInfra.connect(config(Start.FAIL_FAST)).ensureSchema()) {
      // region inventory
      for (InventoryItem item : ml.inventory()) {
        String line =
            item.component() + " " + item.name() + ": " + item.value() + " " + item.unit();
        assertThat(line).matches("postgres [a-z_]+: \\d+ rows");
      }
      // endregion
      assertThat(ml.inventory()).extracting(InventoryItem::name).contains("agent_decisions");

      postgres.kill();
      assertThatThrownBy(ml::inventory).isInstanceOf(UnavailableException.class);
    }
  }

  private MlInfraConfig config(Start start) {
    return config(start, Postgres.DEFAULT_SCHEMA);
  }

  private MlInfraConfig config(Start start, String schema) {
    return MlInfraConfig.forService("ranker")
        .install(
            Postgres.at(postgres.jdbcUrl())
                .user(postgres.user())
                .password(postgres.password())
                .schema(schema))
        .install(Monitoring.to(meterRegistry))
        .start(start)
        .build();
  }

  private static ComponentHealth health(MlInfra ml, String component) {
    return ml.health(BUDGET).components().stream()
        .filter(health -> health.component().equals(component))
        .findFirst()
        .orElseThrow();
  }

  private void awaitGauge(double state) {
    await(
        () ->
            meterRegistry.get("ml.component.up").tag("component", "postgres").gauge().value()
                == state);
  }

  private static void await(BooleanSupplier condition) {
    assertTimeoutPreemptively(
        DEADLINE,
        () -> {
          while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
          }
        });
  }
}
