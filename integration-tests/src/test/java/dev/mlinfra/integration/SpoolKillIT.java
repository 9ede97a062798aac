package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.testing.Await;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts that die: what they may rely on is in PostgreSQL after the next start, once. */
class SpoolKillIT {
  private static Stack stack;
  private static PostgresServer postgres;
  private static Sql sql;

  @TempDir Path temp;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
    sql = new Sql(postgres);
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void empty() {
    MlInfraConfig config = MlInfraConfig.fromVariables(environment("memory"));
    try (MlInfra ml = MlInfra.connect(config.toBuilder().start(Start.FAIL_FAST).build())) {
      ml.ensureSchema();
    }
    sql.run(
        "TRUNCATE ml_learning.agent_decisions, ml_learning.agent_feedback,"
            + " ml_learning.agent_activations");
  }

  @Test
  void storesEverythingThatWasSafeWhenTheHostWasKilledWhileTheServerRan() {
    List<UUID> safe;
    try (ChildJvm host = host("spool_first")) {
      host.await("safe", 600);
      host.kill();
      safe = safe(host);
    }
    storesOnceAfterTheNextStart(safe);
  }

  @Test
  void storesEverythingThatWasSafeWhenTheHostWasKilledWhileTheServerWasDown() throws Exception {
    List<UUID> safe;
    postgres.kill();
    try (ChildJvm host = host("spool_first")) {
      host.await("safe", 600);
      host.kill();
      safe = safe(host);
    } finally {
      postgres.restart();
    }
    assertThat(sql.number("SELECT count(*) FROM ml_learning.agent_decisions")).isZero();
    storesOnceAfterTheNextStart(safe);
    assertThat(
            sql.column(
                "SELECT source FROM ml_learning.agent_decisions GROUP BY source"
                    + " HAVING count(*) <> max(source_sequence)"))
        .as("sources with a gap in their numbers")
        .isEmpty();
  }

  @Test
  void storesEverythingThatWasSafeWhenTheHostWasKilledWhileTheServerHung() throws Exception {
    List<UUID> safe;
    try (ChildJvm host = host("spool_first")) {
      host.await("safe", 100);
      postgres.stop();
      host.await("safe", 600);
      host.kill();
      safe = safe(host);
    } finally {
      postgres.cont();
    }
    storesOnceAfterTheNextStart(safe);
  }

  @Test
  void storesWhatAHostLeftBehindThatClosedWhileTheServerWasDown() throws Exception {
    postgres.kill();
    List<String> ledgers;
    try (ChildJvm host = ChildJvm.start(SpoolingHost.class, environment("spool_first"), "400")) {
      assertThat(host.end()).isZero();
      ledgers = host.after("ledger");
      assertThat(safe(host)).hasSize(400);
      postgres.restart();
      storesOnceAfterTheNextStart(safe(host));
    }
    assertThat(ledgers.get(0)).contains("spooled 400 ").contains("dropped 0");
  }

  @Test
  void goesOnWithoutASpoolWhenTheDiskRefusesAndIsNotHurt() {
    try (ChildJvm host =
        ChildJvm.limited("-f 1", SpoolingHost.class, environment("spool_first"), "400")) {
      assertThat(host.end()).as("%s", host.lines()).isZero();
      assertThat(host.after("safe")).hasSize(400);
      assertThat(Integer.parseInt(host.after("refused-by-disk").get(0))).isPositive();
      assertThat(stored()).containsAll(safe(host)).doesNotHaveDuplicates();
    }
  }

  @Test
  void refusesASpoolThatAnotherProcessUses() {
    try (ChildJvm first = host("spool_first")) {
      first.await("safe", 20);
      Map<String, String> environment = environment("spool_first");
      environment.put("ML_INFRA_START", "fail_fast");
      try (ChildJvm second = ChildJvm.start(SpoolingHost.class, environment, "20")) {
        assertThat(second.end()).isNotZero();
        assertThat(second.lines())
            .anyMatch(
                line ->
                    line.contains("ConflictException: spool directory " + spool())
                        && line.contains("serves one process at a time"));
      }
      int before = first.after("safe").size();
      first.await("safe", before + 20);
    }
  }

  private void storesOnceAfterTheNextStart(List<UUID> safe) {
    try (MlInfra next = MlInfra.connect(MlInfraConfig.fromVariables(environment("memory")))) {
      assertThat(next.decisions().ledger().offered()).isZero();
      Await.until("the spool is empty", () -> SpoolFiles.waiting(spool()) == 0);
    }
    List<UUID> stored = stored();
    assertThat(stored).doesNotHaveDuplicates();
    assertThat(new HashSet<>(stored)).containsAll(safe);
    List<UUID> rewarded = sql.ids("SELECT decision_id FROM ml_learning.agent_feedback");
    assertThat(rewarded).doesNotHaveDuplicates();
    assertThat(new HashSet<>(rewarded)).containsAll(safe);
    List<UUID> activated = sql.ids("SELECT decision_id FROM ml_learning.agent_activations");
    assertThat(new HashSet<>(activated)).containsAll(safe);
  }

  private static List<UUID> stored() {
    return sql.ids(
        "SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = ?", SpoolingHost.AGENT);
  }

  private ChildJvm host(String durability) {
    return ChildJvm.start(SpoolingHost.class, environment(durability), "1000000");
  }

  private static List<UUID> safe(ChildJvm host) {
    return host.after("safe").stream().map(UUID::fromString).toList();
  }

  private Map<String, String> environment(String durability) {
    return new HashMap<>(
        Map.of(
            "ML_INFRA_SERVICE", "spooling",
            "ML_INFRA_START", "background",
            "ML_INFRA_SPOOL_PATH", spool().toString(),
            "ML_INFRA_SPOOL_DURABILITY", durability,
            "ML_INFRA_POSTGRES_URL", postgres.jdbcUrl(),
            "ML_INFRA_POSTGRES_USER", postgres.user(),
            "ML_INFRA_POSTGRES_PASSWORD", postgres.password().reveal()));
  }

  private Path spool() {
    return temp.resolve("spool");
  }
}
