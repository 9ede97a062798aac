package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.testing.Await;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts that end while they log, and hosts that run out of file descriptors. */
class HostEndIT {
  private static final int TERMINATED = 143;

  private static Stack stack;
  private static PostgresServer postgres;
  private static Sql sql;

  @TempDir Path temp;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
    sql = new Sql(postgres);
    try (MlInfra ml = MlInfra.connect(stack.config("setup").build())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void empty() {
    sql.run("TRUNCATE ml_learning.agent_decisions");
  }

  @Test
  void storesAllThatItAcceptedWhenItIsTerminated() {
    try (ChildJvm host = host("0")) {
      host.await("logged", 5);
      host.terminate();
      assertThat(host.end()).isEqualTo(TERMINATED);
      holdsAllThatWasAccepted(host);
    }
  }

  @Test
  void storesAllThatItAcceptedWhenItExits() {
    try (ChildJvm host = host("5000")) {
      assertThat(host.end()).isZero();
      holdsAllThatWasAccepted(host);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"killed", "hung"})
  void leavesToTheNextProcessWhatItAcceptedWhenItIsTerminatedWhileTheServerIs(String how)
      throws Exception {
    try (ChildJvm host = host("0")) {
      host.await("logged", 1);
      if (how.equals("killed")) {
        postgres.kill();
      } else {
        postgres.stop();
      }
      host.await("logged", 3);
      host.terminate();
      assertThat(host.end()).isEqualTo(TERMINATED);
      if (how.equals("killed")) {
        postgres.restart();
      } else {
        postgres.cont();
      }
      holdsAllThatWasAccepted(host);
    }
  }

  @Test
  void storesAllThatItAcceptedWhileItHadNoFileDescriptorsLeft() {
    try (ChildJvm host = ChildJvm.limited("-n 400", StarvedHost.class, environment())) {
      host.await("hogged", 1);
      // Once is not enough: what an ended connection leaves free may be enough for a new one.
      Await.until("its writes failed", () -> endConnections() && !host.after("failed").isEmpty());
      assertThat(host.end()).as("%s", host.lines()).isZero();
      assertThat(host.lines()).contains("settled true", "rejected 0");
      assertThat(Integer.parseInt(host.after("hogged").get(0))).isPositive();
      assertThat(Integer.parseInt(host.after("failed").get(0))).isPositive();
      assertThat(host.after("left").get(0)).as("descriptors afterwards").isEqualTo("as before");
      holdsAllThatWasAccepted(host);
    }
  }

  private static boolean endConnections() {
    sql.column(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'ml-infra/ending%'");
    return true;
  }

  private void holdsAllThatWasAccepted(ChildJvm host) {
    try (MlInfra next = MlInfra.connect(MlInfraConfig.fromVariables(environment()))) {
      Await.until("the spool is empty", () -> SpoolFiles.waiting(spool()) == 0);
      assertThat(next.decisions().ledger().offered()).isZero();
    }
    List<String> ids = sql.column("SELECT decision_id FROM ml_learning.agent_decisions");
    assertThat(ids).as("%s", host.after("ledger")).doesNotHaveDuplicates();
    assertThat(ids.size())
        .as("%s", host.after("ledger"))
        .isEqualTo(Integer.parseInt(host.after("accepted").get(0)));
  }

  private ChildJvm host(String most) {
    return ChildJvm.start(EndingHost.class, environment(), most);
  }

  private Map<String, String> environment() {
    return Map.of(
        "ML_INFRA_SERVICE", "ending",
        "ML_INFRA_START", "background",
        "ML_INFRA_SPOOL_PATH", spool().toString(),
        "ML_INFRA_POSTGRES_URL", postgres.jdbcUrl(),
        "ML_INFRA_POSTGRES_USER", postgres.user(),
        "ML_INFRA_POSTGRES_PASSWORD", postgres.password().reveal());
  }

  private Path spool() {
    return temp.resolve("spool");
  }
}
