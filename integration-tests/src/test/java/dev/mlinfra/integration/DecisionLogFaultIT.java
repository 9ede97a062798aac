package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.testing.Await;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Host threads log decisions without pause while a real PostgreSQL hangs, dies, refuses and comes
 * back. No call blocks, nothing is thrown, and in the end everything accepted is there once.
 */
class DecisionLogFaultIT extends DecisionFaults {
  private static final int HOST_THREADS = 4;
  private static final String KILL_OUR_BACKENDS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE application_name = 'ml-infra/faults' AND pid <> pg_backend_pid()";
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .maxBatchRows(1_000)
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2))
          .build();

  @Test
  void storesEverythingAfterTheServerHungLongerThanTheWriterWaits() throws Exception {
    Ledger last =
        underLoad(
            "hung",
            postgres.port(),
            ml -> {
              postgres.stop();
              awaitFailedWrites(1);
              postgres.cont();
            });
    assertThat(last.stored()).isPositive();
  }

  @Test
  void storesEverythingAfterTheServerWasKilledAndRestarted() throws Exception {
    underLoad(
        "killed",
        postgres.port(),
        ml -> {
          postgres.kill();
          awaitFailedWrites(2);
          postgres.restart();
        });
  }

  @Test
  void storesEverythingAfterTheServerWasKilledWhileItHung() throws Exception {
    underLoad(
        "hung-and-killed",
        postgres.port(),
        ml -> {
          postgres.stop();
          awaitFailedWrites(1);
          postgres.kill();
          postgres.restart();
        });
  }

  @Test
  void storesEverythingWhileItsBackendsAreTerminatedAgainAndAgain() throws Exception {
    Ledger last =
        underLoad(
            "terminated",
            postgres.port(),
            ml -> {
              for (int i = 0; i < 30; i++) {
                long stored = ml.decisions().ledger().stored();
                Await.until(
                    "another batch is stored", () -> ml.decisions().ledger().stored() > stored);
                sql.column(KILL_OUR_BACKENDS);
              }
            });
    assertThat(last.parked()).isZero();
  }

  @Test
  void startsBeforeItsServerAndStoresEverythingOnceThatIsThere() throws Exception {
    postgres.kill();
    Postgres module = module(postgres.port()).schema("born_late");
    try (MlInfra ml =
        MlInfra.connect(config(module).install(meters).start(Start.BACKGROUND).build())
            .ensureSchema()) {
      StoredRows rows = new StoredRows(sql, "born_late", "early");
      DecisionLoad load = DecisionLoad.startWithFeedback(ml, rows, HOST_THREADS);
      assertThat(ml.health().healthy()).isFalse();
      assertThat(ml.decisions().ledger().stored()).isZero();
      postgres.restart();
      load.goOn();
      load.settle();
      assertThat(ml.health().components())
          .extracting(ComponentHealth::status)
          .containsOnly(ComponentHealth.Status.UP);
    }
  }

  @Test
  void triesAgainWhileTheServerIsReadOnly() throws Exception {
    underLoad(
        "read-only",
        postgres.port(),
        ml -> {
          readOnly(true);
          awaitFailedWrites(4);
          readOnly(false);
        });
  }

  @Test
  void waitsForALockWithoutPilingUpConnections() throws Exception {
    underLoad(
        "locked",
        postgres.port(),
        ml -> {
          try (Connection connection = sql.connect();
              Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE ml_learning.agent_decisions IN ACCESS EXCLUSIVE MODE");
            awaitFailedWrites(2);
            assertThat(ourConnections()).isLessThanOrEqualTo(6);
            connection.rollback();
          }
        });
  }

  @Test
  void storesEverythingAfterTheServerHadNoConnectionLeftAndLeavesTheHostsOwnAlone()
      throws Exception {
    underLoad(
        "hogged",
        postgres.port(),
        ml -> {
          try (Connection hosts = sql.connect();
              Statement own = hosts.createStatement();
              ConnectionHogs hogs = new ConnectionHogs(sql)) {
            Await.until(
                "there is none for the writer",
                () -> {
                  hogs.takeAll();
                  return !hogs.finds(KILL_OUR_BACKENDS) && hasNone(ml);
                });
            awaitFailedWrites(3);
            assertThat(own.execute("SELECT 1")).isTrue();
          }
        });
  }

  @Test
  void storesEachDecisionOnceWhenTheReplyToACommitIsLost() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port())) {
      try (MlInfra ml = MlInfra.connect(config(module(proxy.port())).install(meters).build())) {
        StoredRows rows = StoredRows.of(sql, "unknown-outcome");
        DecisionLoad load = DecisionLoad.startWithFeedback(ml, rows, HOST_THREADS);
        proxy.swallowCommits(8);
        Await.until("eight replies are lost", () -> proxy.repliesLeftToSwallow() == 0);
        load.goOn();
        load.settle();
        assertThat(load.duplicates()).as("rows that had been committed").isPositive();
      }
    }
  }

  @Test
  void storesEachDecisionOnceWhenTheLineGoesDeadInsideABatch() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port())) {
      underLoad(
          "half-open",
          proxy.port(),
          ml -> {
            proxy.silenceMidBatch();
            Await.until("half of a batch is on its way", proxy::isSilent);
            awaitFailedWrites(1);
            proxy.heal();
          });
    }
  }

  @Test
  void recoversWhenTheServerAcceptedAndSaidNothing() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port())) {
      proxy.silence();
      try (MlInfra ml =
          MlInfra.connect(
              config(module(proxy.port())).install(meters).start(Start.BACKGROUND).build())) {
        DecisionLoad load = load(ml, "silent-login");
        awaitFailedWrites(2);
        proxy.heal();
        load.goOn();
        load.settle();
      }
    }
  }

  @Test
  void recoversWhenTheFirstConnectionDiesWhileItIsSetUp() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port())) {
      proxy.swallowReply("read committed", 2); // the first question of each pool
      try (MlInfra ml =
          MlInfra.connect(
              config(module(proxy.port())).install(meters).start(Start.BACKGROUND).build())) {
        DecisionLoad load = load(ml, "first-connection");
        Await.until("a reply is lost", () -> proxy.repliesLeftToSwallow() < 2);
        load.goOn();
        load.settle();
      }
    }
  }

  @Test
  void parksTheRowThatTheServerRefusesAndStoresItsNeighbours() throws Exception {
    sql.run(
        "ALTER TABLE ml_learning.agent_decisions"
            + " ADD CONSTRAINT no_poison CHECK (action <> 'poison')");
    try (MlInfra ml =
        MlInfra.connect(
            config(module(postgres.port()))
                .install(meters)
                .decisions(QUICK.toBuilder().linger(Duration.ofMillis(300)).build())
                .build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "poisoned");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      Set<UUID> poison = new HashSet<>();
      for (int i = 0; i < 600; i++) {
        if (i % 199 == 0) {
          poison.add(producer.log("poison").id());
        } else {
          producer.log("item-" + i);
        }
      }
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
      StoredRows rows = StoredRows.of(sql, "poisoned");
      checker.settle(producer.answers(), rows.decisions(), rows.parked());
      assertThat(rows.parked()).containsExactlyInAnyOrderElementsOf(poison);
      assertThat(
              sql.column(
                  "SELECT cause FROM ml_learning.dead_letters"
                      + " WHERE payload LIKE 'agent=poisoned %'"))
          .isNotEmpty()
          .allSatisfy(cause -> assertThat(cause).contains("SQLState 23514").contains("no_poison"));
    } finally {
      sql.run("ALTER TABLE ml_learning.agent_decisions DROP CONSTRAINT no_poison");
    }
  }

  @Test
  void parksADecisionAndItsShadowEach() {
    sql.run(
        "ALTER TABLE ml_learning.agent_decisions"
            + " ADD CONSTRAINT no_poison CHECK (action <> 'poison')");
    try (MlInfra ml = MlInfra.connect(config(module(postgres.port())).install(meters).build())) {
      DecisionBuilder poison = Decision.by("shadowed").action("poison");
      Decision live = poison.build();
      Decision shadow =
          poison
              .id(live.id())
              .decidedAt(live.decidedAt().plusNanos(1_000))
              .mode(DecisionMode.SHADOW)
              .build();
      ml.decisions().log(live);
      ml.decisions().log(shadow);
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).isTrue();
      assertThat(ml.decisions().ledger().parked()).isEqualTo(2);
      assertThat(
              sql.column(
                  "SELECT subject_id FROM ml_learning.dead_letters"
                      + " WHERE payload LIKE 'agent=shadowed %'"))
          .containsExactlyInAnyOrder(live.id().toString(), shadow.id() + " " + shadow.decidedAt());
    } finally {
      sql.run("ALTER TABLE ml_learning.agent_decisions DROP CONSTRAINT no_poison");
    }
  }

  @Test
  void countsEachDropWhileTheServerIsAwayForLongerThanTheBufferLasts() throws Exception {
    int rows = 512;
    try (MlInfra ml =
        MlInfra.connect(
            config(module(postgres.port()))
                .install(meters)
                .decisions(QUICK.toBuilder().maxQueuedRows(rows).maxBatchRows(100).build())
                .build())) {
      DecisionLoad load = load(ml, "overload");
      postgres.kill();
      long before = load.answers().count(Status.DROPPED_FULL);
      Await.until(
          "ten buffers full are dropped",
          () -> load.answers().count(Status.DROPPED_FULL) > before + 10L * rows);
      assertThat(ml.decisions().ledger().buffered()).isLessThanOrEqualTo(rows + 2 * 100);
      postgres.restart();
      load.settle();
    }
  }

  @Test
  void closesWhileTheServerHangsAndCountsWhatIsLost() {
    DecisionLog log;
    HostThreads host;
    DecisionProducer producer;
    try {
      MlInfra ml = MlInfra.connect(config(module(postgres.port())).install(meters).build());
      log = ml.decisions();
      producer = new DecisionProducer(log, "closing");
      host = HostThreads.start(HOST_THREADS, producer);
      host.awaitCalls(500);
      postgres.stop();
      host.awaitCalls(500);
      ml.close();
      host.awaitCalls(100);
      host.stopUnharmed();
    } finally {
      postgres.cont();
    }
    assertThat(producer.answers().count(Status.CLOSED)).isPositive();
    Await.until("the writer has ended", () -> log.ledger().buffered() == 0);
    assertThat(log.ledger().balanced()).isTrue();
    assertThat(log.ledger().dropped().get(DropReason.CLOSE_TIMEOUT)).isPositive();
  }

  private static boolean hasNone(MlInfra ml) {
    return ml.health().components().stream()
        .anyMatch(component -> component.detail().contains("SQLState 53300"));
  }

  private static DecisionLoad load(MlInfra ml, String agent) {
    return DecisionLoad.start(ml, StoredRows.of(sql, agent), HOST_THREADS);
  }

  private Ledger underLoad(String agent, int port, Fault fault) throws Exception {
    try (MlInfra ml = MlInfra.connect(config(module(port)).install(meters).build())) {
      DecisionLoad load = load(ml, agent);
      fault.strike(ml);
      load.goOn();
      return load.settle();
    }
  }

  private static MlInfraConfig.Builder config(Postgres module) {
    return MlInfraConfig.forService("faults").decisions(QUICK).install(module);
  }

  private static Postgres module(int port) {
    return module(port, Duration.ofSeconds(3));
  }
}
