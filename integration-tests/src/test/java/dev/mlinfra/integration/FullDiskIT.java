package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Volume;
import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;

/** Disks that are really full: that of the tables, and that of the spool. */
@Tag("containers")
class FullDiskIT {
  private static final Secret PASSWORD = Secret.of(UUID.randomUUID().toString());
  private static final long OFFERS = 400_000;

  private static GenericContainer<?> server;
  private static Sql sql;

  @BeforeAll
  static void startWithTablesOnASmallDisk() {
    server =
        new GenericContainer<>("ml-infra/postgres:17")
            .withCopyToContainer(
                Transferable.of(PASSWORD.reveal(), 0444), "/run/secrets/postgres_password")
            .withTmpFs(Map.of("/small", "rw,size=300m,uid=999,gid=999,mode=0700"))
            .withExposedPorts(5432)
            .waitingFor(Wait.forHealthcheck());
    server.start();
    sql = new Sql(url(), "detektor", PASSWORD.reveal());
    sql.run(
        "CREATE TABLESPACE small LOCATION '/small'",
        "ALTER DATABASE detektor SET default_tablespace = small");
    try (MlInfra ml =
        MlInfra.connect(MlInfraConfig.forService("setup").install(module()).build())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @Test
  void storesEverythingOnceTheDiskOfTheServerHasRoomAgain() throws Exception {
    RecordingTelemetry meters = new RecordingTelemetry();
    MlInfraConfig config =
        MlInfraConfig.forService("full-disk")
            .decisions(
                BufferOptions.builder()
                    .linger(Duration.ofMillis(5))
                    .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
                    .build())
            .install(module())
            .install(meters)
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "full-disk");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(2, producer);
      host.awaitCalls(500);
      fill();
      Await.until(
          "writes fail", () -> meters.value(Instrument.BUFFER_WRITE_FAILURES, "decision") >= 3);
      host.awaitCalls(500);
      makeRoom();
      host.awaitCalls(500);
      host.stopUnharmed();
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).isTrue();
      checker.settle(producer.answers(), stored("full-disk"), List.of());
      assertThat(ml.decisions().ledger().dropped()).isEmpty();
    }
  }

  @Test
  void countsWhatNeitherTheServerNorTheSpoolHadRoomFor() throws Exception {
    fill();
    try (GenericContainer<?> host = overloadedHost()) {
      host.start();
      Await.until("the host logs", () -> host.getLogs().contains("step"));
      Await.until("half is logged", () -> lines(host, "step") >= OverloadedHost.STEPS / 2);
      makeRoom();
      Await.until("it has ended", Duration.ofMinutes(3), () -> !host.isRunning());

      List<String> said = host.getLogs().lines().map(String::strip).toList();
      long stored =
          sql.number(
              "SELECT count(DISTINCT decision_id) FROM ml_learning.agent_decisions"
                  + " WHERE agent = ?",
              OverloadedHost.AGENT);
      assertThat(said)
          .contains("settled true", "offered " + OFFERS, "balanced true", "stored " + stored);
      assertThat(said).anyMatch(line -> line.contains("No space left on device"));
    }
  }

  private static GenericContainer<?> overloadedHost() {
    return new GenericContainer<>("ml-infra/exporter:0.1")
        .withNetworkMode("host")
        .withTmpFs(Map.of("/spool", "rw,size=8m"))
        .withEnv("ML_INFRA_SERVICE", "overloaded")
        .withEnv("ML_INFRA_SPOOL_PATH", "/spool/files")
        .withEnv("ML_INFRA_POSTGRES_URL", url())
        .withEnv("ML_INFRA_POSTGRES_USER", "detektor")
        .withEnv("ML_INFRA_POSTGRES_PASSWORD", PASSWORD.reveal())
        .withCommand(OverloadedHost.class.getName(), Long.toString(OFFERS))
        .withCreateContainerCmdModifier(FullDiskIT::runTheClassesOfThisTest);
  }

  private static void runTheClassesOfThisTest(CreateContainerCmd command) {
    String classPath = System.getProperty("java.class.path");
    List<Bind> binds =
        Stream.of(classPath.split(File.pathSeparator))
            .filter(entry -> new File(entry).exists())
            .map(entry -> new Bind(entry, new Volume(entry), AccessMode.ro))
            .toList();
    Objects.requireNonNull(command.getHostConfig()).withBinds(binds);
    command.withUser("0").withEntrypoint("java", "-cp", classPath);
  }

  private static long lines(GenericContainer<?> host, String word) {
    return host.getLogs().lines().filter(line -> line.startsWith(word)).count();
  }

  private static void fill() throws IOException, InterruptedException {
    inServer("dd if=/dev/zero of=/small/fill bs=64k 2>/dev/null; test -s /small/fill");
  }

  private static void makeRoom() throws IOException, InterruptedException {
    inServer("rm /small/fill");
  }

  private static void inServer(String command) throws IOException, InterruptedException {
    assertThat(server.execInContainer("sh", "-c", command).getExitCode()).as(command).isZero();
  }

  private static List<UUID> stored(String agent) {
    return sql.ids("SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = ?", agent);
  }

  private static Postgres module() {
    return Postgres.at(url()).user("detektor").password(PASSWORD);
  }

  private static String url() {
    return "jdbc:postgresql://localhost:" + server.getMappedPort(5432) + "/detektor";
  }
}
