package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.telemetry.Meter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/**
 * Host threads log decisions without pause while a real PostgreSQL or the disk of the spool fails.
 * No call blocks, nothing is thrown, and in the end everything accepted is there once.
 */
class SpoolFaultIT {
  /** What the host logs in the three seconds of three attempts fits into it. */
  private static final int ROWS = 8_192;

  private static final BufferOptions QUICK =
      BufferOptions.defaults()
          .linger(Duration.ofMillis(5))
          .maxQueuedRows(ROWS)
          .maxBatchRows(500)
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2));

  private static Stack stack;
  private static PostgresServer postgres;
  private static Sql sql;

  @TempDir Path temp;

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
    Postgres patient = module(0).connectTimeout(Duration.ofSeconds(10));
    try (MlInfra ml =
        MlInfra.connect(MlInfraConfig.forService("faults").install(patient).build())) {
      ml.ensureSchema();
    }
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void dropsNothingWhileTheServerIsAwayForLongerThanTheBufferLasts() throws Exception {
    Ledger last =
        underLoad(
            "away",
            Durability.MEMORY,
            ml -> {
              postgres.kill();
              Await.until(
                  "more is on disk than fits into memory",
                  () -> ml.decisions().ledger().spooled() > ROWS);
              postgres.restart();
            });
    assertThat(last.dropped()).isEmpty();
  }

  @Test
  void dropsNothingWhileTheServerHangs() throws Exception {
    Ledger last =
        underLoad(
            "hung",
            Durability.SPOOL_FIRST,
            ml -> {
              postgres.stop();
              awaitFailedWrites(2);
              Await.until(
                  "more is on disk than fits into memory",
                  () -> ml.decisions().ledger().spooled() > ROWS);
              postgres.cont();
            });
    assertThat(last.dropped()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void startsBeforeItsServerAndStoresEverythingOnceThatIsThere(Durability durability)
      throws Exception {
    postgres.kill();
    try (MlInfra ml = MlInfra.connect(config(durability).build())) {
      Load load = new Load(ml, "early-" + durability);
      Await.until(
          "more is on disk than fits into memory", () -> ml.decisions().ledger().spooled() > ROWS);
      postgres.restart();
      load.goOn();
      assertThat(load.settle().dropped()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Durability.class)
  void triesAgainWithBackOffWhileTheServerIsReadOnly(Durability durability) throws Exception {
    underLoad(
        "read-only-" + durability,
        durability,
        ml -> {
          readOnly("= on");
          awaitFailedWrites(4);
          readOnly("TO DEFAULT");
        });
  }

  @Test
  void waitsOnDiskForALockWithoutPilingUpConnections() throws Exception {
    underLoad(
        "locked",
        Durability.SPOOL_FIRST,
        ml -> {
          try (Connection connection = sql.connect();
              Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE ml_learning.agent_decisions IN ACCESS EXCLUSIVE MODE");
            awaitFailedWrites(2);
            assertThat(ml.decisions().ledger().spooled()).isPositive();
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
    try (FaultProxy proxy = new FaultProxy(postgres.port());
        MlInfra ml = MlInfra.connect(config(Durability.SPOOL_FIRST, proxy.port()).build())) {
      Load load = new Load(ml, "unknown-outcome");
      proxy.swallowReply("COMMIT\0", 8);
      Await.until("eight replies are lost", () -> proxy.repliesLeftToSwallow() == 0);
      load.goOn();
      assertThat(load.settle().alreadyStored()).as("files that had been stored").isPositive();
    }
  }

  @Test
  void goesOnInMemoryWhileTheDirectoryIsGone() throws Exception {
    Ledger last =
        underLoad(
            "gone",
            Durability.SPOOL_FIRST,
            ml -> {
              long failed = meters.value(Meter.SPOOL_FAILURES);
              putAFileInItsPlace();
              Await.until(
                  "the disk refused twice", () -> meters.value(Meter.SPOOL_FAILURES) > failed + 1);
              long stored = ml.decisions().ledger().stored();
              Await.until("more is stored", () -> ml.decisions().ledger().stored() > stored);
              Files.delete(spool());
              Await.until("it works again", () -> Files.isDirectory(spool()));
            });
    assertThat(last.dropped().keySet()).isSubsetOf("spool damaged"); // files that were deleted
  }

  @Test
  void storesWhatIsLeftOfDamagedFilesAndCountsTheRest() throws Exception {
    Ledger last =
        underLoad(
            "damaged",
            Durability.SPOOL_FIRST,
            ml -> {
              postgres.kill();
              Await.until("20 files", () -> meters.value(Meter.SPOOL_FILES) > 20);
              List<Path> files = files();
              cut(files.get(files.size() / 2));
              flip(files.get(files.size() / 2 + 3));
              postgres.restart();
              Await.until("both are aside", () -> meters.value(Meter.SPOOL_QUARANTINED) == 2);
            });
    assertThat(last.dropped()).containsOnlyKeys("spool damaged");
  }

  @Test
  void writesFilesThatCopyTakesWithoutTheLibrary() throws Exception {
    postgres.kill();
    DecisionProducer producer;
    try (MlInfra ml = MlInfra.connect(config(Durability.SPOOL_FIRST).build())) {
      producer = new DecisionProducer(ml.decisions(), "by-hand");
      for (int i = 0; i < 100; i++) {
        producer.log("item");
      }
      assertThat(ml.decisions().sync(Duration.ofSeconds(30))).isTrue();
    } finally {
      postgres.restart();
    }
    try (Connection connection = sql.connect()) {
      for (Path file : files()) {
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,"
                    + " model_version, action, propensity, pass_probability, score,"
                    + " baseline_action, features, feature_set, context, latency_us, source,"
                    + " source_sequence) FROM STDIN (FORMAT binary)",
                Files.newInputStream(file));
      }
    }
    assertThat(stored("by-hand"))
        .containsExactlyInAnyOrderElementsOf(producer.answers().accepted());
  }

  @Test
  void storesABacklogNoFasterThanItMay() throws Exception {
    postgres.kill();
    try (MlInfra ml = MlInfra.connect(config(Durability.SPOOL_FIRST).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "slowly");
      for (int i = 0; i < 1_000; i++) {
        producer.log("item");
      }
      assertThat(ml.decisions().sync(Duration.ofSeconds(30))).isTrue();
    } finally {
      postgres.restart();
    }
    long start = System.nanoTime();
    try (MlInfra ml =
        MlInfra.connect(
            MlInfraConfig.forService("faults")
                .start(Start.BACKGROUND)
                .decisions(QUICK)
                .spool(SpoolOptions.in(spool()).replayRowsPerSecond(500))
                .install(meters)
                .install(module(0))
                .build())) {
      Await.until("all is stored", () -> stored("slowly").size() == 1_000);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .as("1,000 rows, of which the last 500 at most go at once")
          .isGreaterThan(Duration.ofMillis(900));
      assertThat(ml.decisions().ledger().offered()).isZero();
      Await.until("files are gone", () -> files().isEmpty());
    }
  }

  private Ledger underLoad(String agent, Durability durability, Fault fault) throws Exception {
    try (MlInfra ml = MlInfra.connect(config(durability).build())) {
      Load load = new Load(ml, agent);
      fault.strike(ml);
      load.goOn();
      return load.settle();
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
      this.host = HostThreads.start(2, producer);
      goOn();
    }

    private void goOn() {
      host.awaitCalls(500);
    }

    private Ledger settle() {
      host.stopUnharmed();
      assertThat(ml.decisions().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
      checker.settle(producer.answers(), stored(agent), List.of());
      assertThat(producer.answers().count(Status.REJECTED)).isZero();
      return ml.decisions().ledger();
    }
  }

  private void awaitFailedWrites(int more) {
    long target = meters.value(Meter.BUFFER_WRITE_FAILURES, "decision") + more;
    Await.until(
        more + " more failed writes",
        () -> meters.value(Meter.BUFFER_WRITE_FAILURES, "decision") >= target);
  }

  private static List<UUID> stored(String agent) {
    return sql.ids("SELECT decision_id FROM ml_learning.agent_decisions WHERE agent = ?", agent);
  }

  private static void readOnly(String value) {
    sql.run(
        "SET default_transaction_read_only = off",
        "ALTER SYSTEM SET default_transaction_read_only " + value,
        "SELECT pg_reload_conf()");
  }

  private static void cut(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 40));
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 30] ^= 1;
    Files.write(file, bytes);
  }

  /** The library makes its directory again at once, so this may take more than one move. */
  private void putAFileInItsPlace() {
    Await.until(
        "a file stands where the directory was",
        () -> {
          try {
            Files.move(spool(), temp.resolve("away-" + UUID.randomUUID()));
            Files.writeString(spool(), "in the way", StandardOpenOption.CREATE_NEW);
            return true;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private Path spool() {
    return temp.resolve("spool");
  }

  private List<Path> files() {
    String[] names = spool().toFile().list((directory, name) -> name.endsWith(".copy"));
    return names == null ? List.of() : Stream.of(names).sorted().map(spool()::resolve).toList();
  }

  private MlInfraConfig.Builder config(Durability durability) {
    return config(durability, 0);
  }

  private MlInfraConfig.Builder config(Durability durability, int port) {
    return MlInfraConfig.forService("faults")
        .start(Start.BACKGROUND)
        .decisions(QUICK)
        .spool(SpoolOptions.in(spool()).durability(durability))
        .install(meters)
        .install(module(port));
  }

  private static Postgres module(int port) {
    int at = port == 0 ? postgres.port() : port;
    return Postgres.at("jdbc:postgresql://127.0.0.1:" + at + "/postgres")
        .user(postgres.user())
        .password(postgres.password())
        .connectTimeout(Duration.ofSeconds(1))
        .statementTimeout(Duration.ofSeconds(1));
  }
}
