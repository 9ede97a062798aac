package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProbeIT {
  private static final Duration BUDGET = Duration.ofSeconds(10);

  private final TestDatabase database = TestDatabase.create();

  @Test
  void saysVersionSchemaAndCapabilities() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      ComponentHealth health = postgres.probe().check(BUDGET);
      assertThat(health.component()).isEqualTo("postgres");
      assertThat(health.status()).isEqualTo(Status.UP);
      assertThat(health.detail())
          .matches(
              "PostgreSQL [0-9.]+, schema version "
                  + SchemaScripts.latest()
                  + ", (exact vector search|pgvector with HNSW),"
                  + " (native partitions|TimescaleDB hypertables)");
    }
  }

  @Test
  void saysThatTheSchemaIsMissing() {
    try (OpenPostgres postgres = OpenPostgres.of(database.module())) {
      ComponentHealth health = postgres.probe().check(BUDGET);
      assertThat(health.status()).isEqualTo(Status.DEGRADED);
      assertThat(health.detail()).contains("no schema 'ml_learning'; call ensureSchema()");
    }
  }

  @Test
  void answersWithinItsBudgetWhenTheServerHangs() throws IOException {
    try (ServerSocket silent = new ServerSocket(0);
        OpenPostgres postgres =
            OpenPostgres.of(
                Postgres.at("jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/ml"))) {
      ComponentHealth health = postgres.probe().check(Duration.ofMillis(100));
      assertThat(health.status()).isEqualTo(Status.DOWN);
      assertThat(health.detail()).contains("gave no answer in 100 ms");
      assertThat(postgres.probe().check(Duration.ofMillis(100)).status()).isEqualTo(Status.DOWN);
    }
  }

  @Test
  void saysWhyALoginFailsWithoutThePassword() {
    database.execute("CREATE ROLE locked_" + database.name() + " NOLOGIN");
    try (OpenPostgres postgres =
        OpenPostgres.of(
            Postgres.at(database.url())
                .user("locked_" + database.name())
                .password(Secret.of("hunter2-canary"))
                .connectTimeout(Duration.ofSeconds(1)))) {
      ComponentHealth health = postgres.probe().check(BUDGET);
      assertThat(health.status()).isEqualTo(Status.DOWN);
      assertThat(health.detail())
          .contains("28000", "check user and password")
          .doesNotContain("hunter2-canary", "\n");
    }
  }

  @Test
  void countsEveryTable() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.store(true, List.of(Decision.by("a").action("b").build()));
      assertThat(postgres.probe().inventory())
          .contains(new InventoryItem("postgres", "agent_decisions", 1, "rows"))
          .contains(new InventoryItem("postgres", "agent_feedback", 0, "rows"))
          .hasSize(13);
    }
  }
}
