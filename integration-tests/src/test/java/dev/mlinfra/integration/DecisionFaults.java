package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Servers of a test class's own, whose PostgreSQL may fail. */
abstract class DecisionFaults {
  /** What happens while the host goes on. */
  @FunctionalInterface
  interface Fault {
    void strike(MlInfra ml) throws Exception;
  }

  private static Stack stack;
  static PostgresServer postgres;
  static Sql sql;

  final RecordingTelemetry meters = new RecordingTelemetry();

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
    sql = new Sql(postgres);
    Postgres patient = module(postgres.port(), Duration.ofSeconds(10));
    try (MlInfra ml =
        MlInfra.connect(MlInfraConfig.forService("faults").install(patient).build())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  final void awaitFailedWrites(int more) {
    long target = meters.value(Instrument.BUFFER_WRITE_FAILURES, "decision") + more;
    Await.until(
        more + " more failed writes",
        () -> meters.value(Instrument.BUFFER_WRITE_FAILURES, "decision") >= target);
  }

  static void readOnly(boolean on) {
    sql.run(
        "SET default_transaction_read_only = off",
        on
            ? "ALTER SYSTEM SET default_transaction_read_only = on"
            : "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()");
  }

  static long ourConnections() {
    return sql.number(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ml-infra/faults'");
  }

  /** Through a port of this machine, with a second for a statement. */
  static Postgres module(int port, Duration connectTimeout) {
    return Postgres.at("jdbc:postgresql://127.0.0.1:" + port + "/postgres")
        .user(postgres.user())
        .password(postgres.password())
        .connectTimeout(connectTimeout)
        .statementTimeout(Duration.ofSeconds(1));
  }
}
