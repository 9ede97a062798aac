package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.telemetry.Meter;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Host threads log decisions without pause while a real PostgreSQL hangs, dies, refuses and comes
 * back. No call blocks, nothing is thrown, and in the end everything accepted is there once.
 */
class DecisionLogFaultIT {
  private static final int HOST_THREADS = 4;
  private static final Duration MIN_BACKOFF = Duration.ofMillis(20);
  private static final String KILL_OUR_BACKENDS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE application_name = 'ml-infra/faults' AND pid <> pg_backend_pid()";
  private static final BufferOptions QUICK =
      BufferOptions.defaults()
          .linger(Duration.ofMillis(5))
          .maxBatchRows(1_000)
          .backoff(MIN_BACKOFF, Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2));

  private static Stack stack;
  private static PostgresServer postgres;
  private static Sql sql;

  private final Meters meters = new Meters();

  /** What happens while the host goes on. */
  @FunctionalInterface
  private interface Fault {
    void strike(MlInfra ml) throws Exception;
  }

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
    sql = new Sql(postgres);
    try (MlInfra ml = MlInfra.connect(config(module(postgres.port())).build())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

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
      Load load = new Load(ml, "early");
      assertThat(ml.health().healthy()).isFalse();
      assertThat(ml.decisions().ledger().stored()).isZero();
      postgres.restart();
      load.goOn();
      load.settle("born_late");
      assertThat(ml.health().components())
          .extracting(ComponentHealth::status)
          .containsOnly(ComponentHealth.Status.UP);
    }
  }

  @Test
  void triesAgainWithBackOffWhileTheServerIsReadOnly() throws Exception {
    underLoad(
        "read-only",
        postgres.port(),
        ml -> {
          readOnly(true);
          long start = System.nanoTime();
          awaitFailedWrites(20);
          Duration took = Duration.ofNanos(System.nanoTime() - start);
          assertThat(took)
              .as("20 failures, each followed by at least half of the shortest pause")
              .isGreaterThan(MIN_BACKOFF.dividedBy(2).multipliedBy(19));
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
            assertThat(
                    sql.number(
                        "SELECT count(*) FROM pg_stat_activity"
                            + " WHERE application_name = 'ml-infra/faults'"))
                .isLessThanOrEqualTo(6);
            connection.rollback();
          }
        });
  }

  @Test
  void storesEachDecisionOnceWhenTheReplyToACommitIsLost() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port())) {
      Ledger last =
          underLoad(
              "unknown-outcome",
              proxy.port(),
              ml -> {
                proxy.swallowReply("COMMIT\0", 8);
                Await.until("eight replies are lost", () -> proxy.repliesLeftToSwallow() == 0);
              });
      assertThat(last.alreadyStored()).as("batches that had been committed").isPositive();
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
        Load load = new Load(ml, "silent-login");
        awaitFailedWrites(2);
        proxy.heal();
        load.goOn();
        load.settle("ml_learning");
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
        Load load = new Load(ml, "first-connection");
        Await.until("a reply is lost", () -> proxy.repliesLeftToSwallow() < 2);
        load.goOn();
        load.settle("ml_learning");
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
                .decisions(QUICK.linger(Duration.ofMillis(300)))
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
      settle(ml, checker, producer, "poisoned", "ml_learning");
      assertThat(parked("poisoned", "ml_learning")).containsExactlyInAnyOrderElementsOf(poison);
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
  void countsEachDropWhileTheServerIsAwayForLongerThanTheBufferLasts() throws Exception {
    int rows = 512;
    try (MlInfra ml =
        MlInfra.connect(
            config(module(postgres.port()))
                .install(meters)
                .decisions(QUICK.maxQueuedRows(rows).maxBatchRows(100))
                .build())) {
      Load load = new Load(ml, "overload");
      postgres.kill();
      long before = load.producer.answers().count(Status.DROPPED_FULL);
      Await.until(
          "ten buffers full are dropped",
          () -> load.producer.answers().count(Status.DROPPED_FULL) > before + 10L * rows);
      assertThat(ml.decisions().ledger().buffered()).isLessThanOrEqualTo(rows + 2 * 100);
      postgres.restart();
      load.settle("ml_learning");
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
      long start = System.nanoTime();
      ml.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("2 s for the buffers, the rest for connections that hang")
          .isLessThan(Duration.ofSeconds(20));
      host.awaitCalls(100);
      host.stopUnharmed();
    } finally {
      postgres.cont();
    }
    assertThat(producer.answers().count(Status.CLOSED)).isPositive();
    Await.until("the writer has ended", () -> log.ledger().buffered() == 0);
    assertThat(log.ledger().balanced()).isTrue();
    assertThat(log.ledger().dropped().get("close timeout")).isPositive();
  }

  private Ledger underLoad(String agent, int port, Fault fault) throws Exception {
    try (MlInfra ml = MlInfra.connect(config(module(port)).install(meters).build())) {
      Load load = new Load(ml, agent);
      fault.strike(ml);
      load.goOn();
      return load.settle("ml_learning");
    }
  }

  /** A host that logs without pause from several threads, and the ledger watched all the time. */
  private static final class Load {
    private final MlInfra ml;
    private final String agent;
    private final DecisionProducer producer;
    private final LedgerChecker checker;
    private final HostThreads host;

    private Load(MlInfra ml, String agent) {
      this.ml = ml;
      this.agent = agent;
      this.producer = new DecisionProducer(ml.decisions(), agent);
      this.checker = new LedgerChecker(ml.decisions()::ledger);
      this.host = HostThreads.start(HOST_THREADS, producer);
      goOn();
    }

    private void goOn() {
      host.awaitCalls(500);
    }

    private Ledger settle(String schema) {
      host.stopUnharmed();
      DecisionLogFaultIT.settle(ml, checker, producer, agent, schema);
      return ml.decisions().ledger();
    }
  }

  private static void settle(
      MlInfra ml, LedgerChecker checker, DecisionProducer producer, String agent, String schema) {
    assertThat(ml.decisions().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
    List<UUID> stored =
        sql.ids("SELECT decision_id FROM " + schema + ".agent_decisions WHERE agent = ?", agent);
    checker.settle(producer.answers(), stored, parked(agent, schema));
  }

  private static List<UUID> parked(String agent, String schema) {
    return sql.ids(
        "SELECT subject_id FROM " + schema + ".dead_letters WHERE payload LIKE ?",
        "agent=" + agent + " %");
  }

  private void awaitFailedWrites(int more) {
    long target = meters.value(Meter.BUFFER_WRITE_FAILURES, "decision") + more;
    Await.until(
        more + " more failed writes",
        () -> meters.value(Meter.BUFFER_WRITE_FAILURES, "decision") >= target);
  }

  private static void readOnly(boolean on) {
    sql.run(
        "SET default_transaction_read_only = off",
        on
            ? "ALTER SYSTEM SET default_transaction_read_only = on"
            : "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()");
  }

  private static MlInfraConfig.Builder config(Postgres module) {
    return MlInfraConfig.forService("faults").decisions(QUICK).install(module);
  }

  private static Postgres module(int port) {
    return Postgres.at("jdbc:postgresql://127.0.0.1:" + port + "/postgres")
        .user(postgres.user())
        .password(postgres.password())
        .connectTimeout(Duration.ofSeconds(3))
        .statementTimeout(Duration.ofSeconds(1));
  }
}
