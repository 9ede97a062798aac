package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/**
 * Host threads log decisions without pause while a real PostgreSQL or the disk of the spool fails.
 * No call blocks, nothing is thrown, and in the end everything accepted is there once.
 */
class SpoolFaultIT extends DecisionFaults {
  /** What the host logs in the three seconds of three attempts fits into it. */
  private static final int ROWS = 8_192;

  private static final int HOST_THREADS = 2;
  private static final int ROWS_A_FILE = 100;

  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .maxQueuedRows(ROWS)
          .maxBatchRows(500)
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2))
          .build();

  @TempDir Path temp;

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
      DecisionLoad load = load(ml, "early-" + durability);
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
          readOnly(true);
          awaitFailedWrites(4);
          readOnly(false);
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
            assertThat(ourConnections()).isLessThanOrEqualTo(6);
            connection.rollback();
          }
        });
  }

  @Test
  void storesEachDecisionOnceWhenTheReplyToACommitIsLost() throws Exception {
    try (FaultProxy proxy = new FaultProxy(postgres.port());
        MlInfra ml = MlInfra.connect(config(Durability.SPOOL_FIRST, proxy.port()).build())) {
      StoredRows rows = StoredRows.of(sql, "unknown-outcome");
      DecisionLoad load = DecisionLoad.startWithFeedback(ml, rows, HOST_THREADS);
      proxy.swallowCommits(8);
      Await.until("eight replies are lost", () -> proxy.repliesLeftToSwallow() == 0);
      load.goOn();
      load.settle();
      assertThat(load.duplicates()).as("rows of files that had been stored").isPositive();
    }
  }

  @Test
  void goesOnInMemoryWhileTheDirectoryIsGone() throws Exception {
    Ledger last =
        underLoad(
            "gone",
            Durability.SPOOL_FIRST,
            ml -> {
              long failed = meters.value(Instrument.SPOOL_FAILURES);
              Path away = SpoolFiles.replaceByFile(spool());
              Await.until(
                  "the disk refused twice",
                  () -> meters.value(Instrument.SPOOL_FAILURES) > failed + 1);
              long stored = ml.decisions().ledger().stored();
              Await.until("more is stored", () -> ml.decisions().ledger().stored() > stored);
              Files.delete(spool());
              Files.move(away, spool());
            });
    assertThat(last.dropped()).isEmpty();
  }

  @Test
  void storesWhatIsLeftOfDamagedFilesAndCountsTheRest() throws Exception {
    Ledger last =
        underLoad(
            "damaged",
            Durability.SPOOL_FIRST,
            ml -> {
              postgres.kill();
              Await.until("20 files", () -> meters.value(Instrument.SPOOL_FILES) > 20);
              List<Path> files = files();
              cut(files.get(files.size() / 2));
              flip(files.get(files.size() / 2 + 3));
              postgres.restart();
              Await.until("both are aside", () -> meters.value(Instrument.SPOOL_QUARANTINED) == 2);
            });
    assertThat(last.dropped()).containsOnlyKeys(DropReason.SPOOL_DAMAGED);
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
                    + " source_sequence, deferred, subject) FROM STDIN (FORMAT binary)",
                Files.newInputStream(file));
      }
    }
    assertThat(StoredRows.of(sql, "by-hand").decisions())
        .containsExactlyInAnyOrderElementsOf(producer.answers().accepted());
  }

  @Test
  void restsAfterEachPieceOfABacklogForAsLongAsItsRowsMayTake() throws Exception {
    StoredRows rows = StoredRows.of(sql, "slowly");
    postgres.kill();
    try (MlInfra ml =
        MlInfra.connect(
            config(Durability.SPOOL_FIRST)
                .decisions(
                    QUICK.toBuilder()
                        .maxBatchRows(ROWS_A_FILE)
                        .linger(Duration.ofSeconds(1))
                        .build())
                .build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "slowly");
      for (int i = 0; i < 10 * ROWS_A_FILE; i++) {
        producer.log("item");
      }
      assertThat(ml.decisions().sync(Duration.ofSeconds(30))).isTrue();
    } finally {
      postgres.restart();
    }
    int before = files().size();
    try (MlInfra ml = MlInfra.connect(backlogAt(1))) {
      Await.until("a file is stored", () -> files().size() < before);
      assertThat(ml.decisions().ledger().offered()).isZero();
    }
    assertThat(files()).as("a second for each row of the first").hasSize(before - 1);
    assertThat(rows.decisions()).hasSizeBetween(1, ROWS_A_FILE);
    try (MlInfra ml = MlInfra.connect(backlogAt(1_000_000))) {
      Await.until("files are gone", () -> files().isEmpty());
      assertThat(ml.decisions().ledger().offered()).isZero();
    }
    assertThat(rows.decisions()).hasSize(10 * ROWS_A_FILE).doesNotHaveDuplicates();
  }

  private MlInfraConfig backlogAt(int rowsPerSecond) {
    return config(Durability.MEMORY)
        .spool(SpoolOptions.builder(spool()).replayRowsPerSecond(rowsPerSecond).build())
        .build();
  }

  private static DecisionLoad load(MlInfra ml, String agent) {
    return DecisionLoad.start(ml, StoredRows.of(sql, agent), HOST_THREADS);
  }

  private Ledger underLoad(String agent, Durability durability, Fault fault) throws Exception {
    try (MlInfra ml = MlInfra.connect(config(durability).build())) {
      DecisionLoad load = load(ml, agent);
      fault.strike(ml);
      load.goOn();
      return load.settle();
    }
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

  private Path spool() {
    return temp.resolve("spool");
  }

  private List<Path> files() {
    String[] names = spool().toFile().list((directory, name) -> name.endsWith(".copy"));
    return names == null ? List.of() : Stream.of(names).sorted().map(spool()::resolve).toList();
  }

  private MlInfraConfig.Builder config(Durability durability) {
    return config(durability, postgres.port());
  }

  private MlInfraConfig.Builder config(Durability durability, int port) {
    return MlInfraConfig.forService("faults")
        .start(Start.BACKGROUND)
        .decisions(QUICK)
        .spool(SpoolOptions.builder(spool()).durability(durability).build())
        .install(meters)
        .install(module(port, Duration.ofSeconds(1)));
  }
}
