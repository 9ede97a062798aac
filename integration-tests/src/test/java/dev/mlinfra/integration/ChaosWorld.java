package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What {@link ChaosIT} breaks: a PostgreSQL, the line to it, a host in this process that lives all
 * the time and one in a process of its own that is killed and started again. Not thread-safe.
 */
final class ChaosWorld implements AutoCloseable {
  private static final String AGENT = "chaos";
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .maxQueuedRows(8_192)
          .maxBatchRows(500)
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2))
          .build();

  private final Path temp;
  private final EmbeddedStack stack = EmbeddedStack.start();
  private final PostgresServer postgres = stack.postgres();
  private final FaultProxy proxy = new FaultProxy(postgres.port());
  private final Sql sql = new Sql(postgres);
  private final ConnectionHogs hogs = new ConnectionHogs(sql);
  private final Set<UUID> safe = new HashSet<>();
  private final MlInfra ml;
  private final DecisionProducer producer;
  private final LedgerChecker checker;
  private final HostThreads threads;
  private ChildJvm host;
  private Connection locker;
  private Path away;

  ChaosWorld(Path temp, Durability durability) {
    this.temp = temp;
    try (MlInfra setup = MlInfra.connect(stack.config("setup").build())) {
      setup.ensureSchema();
    }
    sql.run(
        "ALTER TABLE ml_learning.agent_decisions"
            + " ADD CONSTRAINT no_poison CHECK (action <> 'poison')");
    this.ml =
        MlInfra.connect(
            MlInfraConfig.forService("chaos")
                .start(Start.BACKGROUND)
                .decisions(QUICK)
                .spool(SpoolOptions.builder(spool()).durability(durability).build())
                .install(module())
                .build());
    this.producer = new DecisionProducer(ml.decisions(), AGENT);
    this.checker = new LedgerChecker(ml.decisions()::ledger);
    this.threads = HostThreads.start(2, producer);
    this.host = child();
  }

  PostgresServer postgres() {
    return postgres;
  }

  FaultProxy proxy() {
    return proxy;
  }

  void hangAndKill() {
    postgres.stop();
    postgres.kill();
  }

  void readOnly(boolean on) {
    sql.run(
        "SET default_transaction_read_only = off",
        on
            ? "ALTER SYSTEM SET default_transaction_read_only = on"
            : "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()");
  }

  void lock() throws SQLException {
    locker = sql.connect();
    locker.setAutoCommit(false);
    try (var statement = locker.createStatement()) {
      statement.execute("SET lock_timeout = '5s'");
      statement.execute("LOCK TABLE ml_learning.agent_decisions IN ACCESS EXCLUSIVE MODE");
    }
  }

  void unlock() throws SQLException {
    locker.close();
  }

  ConnectionHogs hogs() {
    return hogs;
  }

  void terminateBackends() {
    sql.column(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE application_name LIKE 'ml-infra/%'");
  }

  void burst(int decisions) {
    for (int i = 0; i < decisions; i++) {
      producer.log("burst");
    }
  }

  void poison(int decisions) {
    for (int i = 0; i < decisions; i++) {
      producer.log("poison");
    }
  }

  void pause() {
    ml.pause();
  }

  void resume() {
    ml.resume();
  }

  void killHost() {
    host.kill();
    safe.addAll(safe(host));
  }

  void startHost() {
    host = child();
  }

  void takeSpoolAway() {
    away = SpoolFiles.replaceByFile(spool());
  }

  /** With what was in it, or empty-handed. */
  void giveSpoolBack(boolean whole) throws IOException {
    Files.delete(spool());
    if (whole && Files.isDirectory(away)) {
      Files.move(away, spool());
    }
  }

  /** Waits until all is stored, compares it with what the hosts were told, and says the figures. */
  String settle() {
    threads.stopUnharmed();
    assertThat(ml.decisions().flush(PATIENCE)).as("all is settled: %s", ledger()).isTrue();
    checker.settle(producer.answers(), stored(AGENT), parked());
    settleChild();
    return "settled, " + safe.size() + " decisions of killed hosts are there; " + ledger();
  }

  private void settleChild() {
    killHost();
    try (MlInfra next = MlInfra.connect(MlInfraConfig.fromVariables(childEnvironment()))) {
      Await.until(
          "the spool of the killed host is empty",
          PATIENCE,
          () -> SpoolFiles.waiting(childSpool()) == 0);
      assertThat(next.decisions().ledger().offered()).isZero();
    }
    holdsOnceWhatWasSafe("decisions", stored(SpoolingHost.AGENT));
    holdsOnceWhatWasSafe("feedback", sql.ids("SELECT decision_id FROM ml_learning.agent_feedback"));
    holdsOnceWhatWasSafe(
        "activations", sql.ids("SELECT decision_id FROM ml_learning.agent_activations"));
  }

  private void holdsOnceWhatWasSafe(String what, List<UUID> rows) {
    Set<UUID> once = new HashSet<>(rows);
    assertThat(rows.size()).as("no row twice of %s", what).isEqualTo(once.size());
    Set<UUID> missing = new HashSet<>(safe);
    missing.removeAll(once);
    assertThat(missing).as("%s that were safe and are gone", what).isEmpty();
  }

  private Ledger ledger() {
    return ml.decisions().ledger();
  }

  @Override
  public void close() throws SQLException {
    threads.close();
    host.close();
    hogs.close();
    ml.close();
    proxy.close();
    stack.close();
  }

  private List<UUID> stored(String agent) {
    return sql.ids("SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = ?", agent);
  }

  private List<UUID> parked() {
    return sql.ids("SELECT subject_id FROM ml_learning.dead_letters WHERE origin = 'decision'");
  }

  private ChildJvm child() {
    return ChildJvm.start(SpoolingHost.class, childEnvironment(), "1000000000");
  }

  private static List<UUID> safe(ChildJvm host) {
    return host.after("safe").stream().map(UUID::fromString).toList();
  }

  private Map<String, String> childEnvironment() {
    return Map.of(
        "ML_INFRA_SERVICE", "spooling",
        "ML_INFRA_START", "background",
        "ML_INFRA_SPOOL_PATH", childSpool().toString(),
        "ML_INFRA_SPOOL_DURABILITY", "spool_first",
        "ML_INFRA_POSTGRES_URL", url(),
        "ML_INFRA_POSTGRES_USER", postgres.user(),
        "ML_INFRA_POSTGRES_PASSWORD", postgres.password().reveal());
  }

  private Postgres module() {
    return Postgres.at(url())
        .user(postgres.user())
        .password(postgres.password())
        .connectTimeout(Duration.ofSeconds(1))
        .statementTimeout(Duration.ofSeconds(1));
  }

  private String url() {
    return "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres";
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private Path childSpool() {
    return temp.resolve("child-spool");
  }
}
