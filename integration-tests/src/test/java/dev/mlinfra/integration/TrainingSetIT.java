package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.artifact.Artifact;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.storage.ArtifactDirectory;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of training sets on a real PostgreSQL, and what only a server can break. */
class TrainingSetIT extends TrainingSetContract {
  private static final int CASES = 60;
  private static final List<DecisionMode> MODES = List.of(DecisionMode.values());
  private static final List<RewardAggregate> AGGREGATES = List.of(RewardAggregate.values());
  private static final List<String> NAMES = List.of("ann", "b,ob", "ö\"", "no\nbody", "🎯");

  private static Stack stack;
  private static PostgresServer postgres;

  @TempDir Path directory;
  private MlInfra ml;
  private Sql sql;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void connect() {
    ml = MlInfra.connect(config().install(ArtifactDirectory.at(directory)).build()).ensureSchema();
    sql = new Sql(postgres);
    sql.run(
        "TRUNCATE ml_learning.agent_decisions, ml_learning.agent_feedback,"
            + " ml_learning.agent_activations, ml_learning.feature_store");
  }

  @AfterEach
  void close() {
    ml.close();
  }

  @Override
  MlInfra ml() {
    return ml;
  }

  @Test
  void agreesByteForByteWithAPlainReaderInMemory() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    try (MlInfra plain =
        MlInfra.connect(
            MlInfraConfig.forService("plain").install(FakeInfra.create()).view(USERS).build())) {
      fill(random, List.of(ml, plain));
      for (int i = 0; i < CASES; i++) {
        TrainingQuery query = query(random);
        TrainingSet set = ml.training().set(query);
        TrainingSet expected = plain.training().set(query);
        for (TrainingFormat format : TrainingFormat.values()) {
          assertThat(Exports.text(set, format))
              .as("-Dseed=%d %s", seed, query)
              .isEqualTo(Exports.text(expected, format));
        }
      }
    }
  }

  @Test
  void givesTheSameBytesWhileAWriterGoesOnAndInAnotherProcess() throws Exception {
    fill(new Random(1), List.of(ml));
    DecisionProducer producer = new DecisionProducer(ml.decisions(), "writer");
    HostThreads writers = HostThreads.start(2, producer);
    writers.awaitCalls(500);
    TrainingQuery all =
        TrainingQuery.of(
            DecisionQuery.between(
                NOON.minus(Duration.ofDays(9_000)), Instant.now().plus(Duration.ofDays(1))));
    TrainingSet set = ml.training().set(all.featuresByContext("users", "user"));
    String first = Exports.text(set, TrainingFormat.CSV);
    long before = sql.number("SELECT count(*) FROM ml_learning.agent_decisions");
    Await.until(
        "more rows", () -> sql.number("SELECT count(*) FROM ml_learning.agent_decisions") > before);
    assertThat(Exports.text(set, TrainingFormat.CSV)).isEqualTo(first);
    try (MlInfra other = MlInfra.connect(config().build())) {
      assertThat(Exports.text(other, set.query(), TrainingFormat.CSV)).isEqualTo(first);
    }
    writers.stopUnharmed();
    assertThat(Exports.text(set, TrainingFormat.CSV)).isEqualTo(first);
    assertThat(first.lines().count()).isGreaterThan(300);
  }

  @Test
  void leavesOutWhatATransactionStoresThatWasOpenBefore() throws Exception {
    log(decision("open", NOON));
    try (Connection connection = sql.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute(
          "INSERT INTO ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,"
              + " model_version, action, propensity, source, source_sequence) VALUES"
              + " (gen_random_uuid(), '2024-03-01T12:00:01Z', 'open', 'LIVE', '', '', 'late', 1,"
              + " 'other', 1)");
      assertThatThrownBy(() -> ml.training().set(query("open").knownBefore(Instant.now())))
          .isInstanceOf(InvalidInputException.class);
      TrainingSet set = ml.training().set(query("open"));
      String before = Exports.text(set, TrainingFormat.CSV);
      connection.commit();
      assertThat(Exports.text(set, TrainingFormat.CSV)).isEqualTo(before);
      assertThat(before.lines()).hasSize(2);
    }
    assertThat(Exports.rows(ml, query("open"))).hasSize(2);
  }

  @Test
  void saysWhichPartOfAMinuteIsStoredAndWhatASampleWeighs() {
    try (MlInfra sampled = MlInfra.connect(config().sampling(Sampling.of(0.5)).build())) {
      for (int i = 0; i < 40; i++) {
        sampled.decisions().log(decision("part", NOON.plusSeconds(i)));
      }
      assertThat(sampled.decisions().flush(Duration.ofSeconds(60))).isTrue();
    }
    int stored = Exports.rows(ml, query("part")).size();
    assertThat(Exports.rows(ml, query("part"))).allMatch(line -> line.contains(",2.0,1.0,"));
    sql.run("DELETE FROM ml_learning.agent_decisions WHERE agent = 'part' AND source_sequence = 2");
    assertThat(Exports.rows(ml, query("part")))
        .hasSize(stored - 1)
        .allMatch(line -> line.contains(",2.0," + (stored - 1.0) / stored + ","));
  }

  @Test
  void writesNumbersThatAreNotFinite() {
    Decision decision = decision("odd", NOON);
    log(decision);
    sql.run(
        "UPDATE ml_learning.agent_decisions SET score = 'NaN', features = '{Infinity,1}'"
            + " WHERE agent = 'odd'",
        "INSERT INTO ml_learning.agent_feedback VALUES (gen_random_uuid(), '"
            + decision.id()
            + "', 'reward', '-Infinity', NULL, now(), now(), 'psql')");
    assertThat(Exports.rows(ml, query("odd")))
        .singleElement()
        .asString()
        .contains(",-Infinity,1,,,NaN,,,,\"[null,1.0]\",");
    assertThat(Exports.text(ml, query("odd"), TrainingFormat.JSON_LINES))
        .contains("\"reward\":null,", "\"score\":null,", "\"features\":[null,1.0]");
  }

  @Test
  void lendsEveryConnectionToAnExportThatMeetsRowsOfAnOlderDefinition() throws Exception {
    String context = "x".repeat(20_000); // more than is written at once
    log(decision("older", NOON).toBuilder().action("nobody").context("c", context).build());
    log(decision("older", NOON.plusSeconds(1)));
    FeatureView older = FeatureView.named("users").number("age").build();
    try (MlInfra before = MlInfra.connect(config(2).view(older).build())) {
      before
          .features()
          .put(
              "users",
              List.of(FeatureRow.builder("a", NOON).knownAt(NOON).value("age", 7.0).build()));
    }
    CyclicBarrier bothRead = new CyclicBarrier(2);
    try (MlInfra few = MlInfra.connect(config(2).view(USERS).build())) {
      TrainingSet set = few.training().set(query("older").featuresByAction("users"));
      CompletableFuture<String> one = CompletableFuture.supplyAsync(() -> export(set, bothRead));
      CompletableFuture<String> two = CompletableFuture.supplyAsync(() -> export(set, bothRead));
      assertThat(one.get(60, TimeUnit.SECONDS)).contains(",PRESENT,7.0,").isEqualTo(two.join());
    }
  }

  /** Waits at the first bytes, while the other rows are still unread. */
  private static String export(TrainingSet set, CyclicBarrier bothRead) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    set.write(
        TrainingFormat.CSV,
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] from, int offset, int length) throws IOException {
            try {
              if (bytes.size() == 0) {
                bothRead.await(30, TimeUnit.SECONDS);
              }
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
              throw new IOException(e);
            }
            bytes.write(from, offset, length);
          }
        });
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void storesAnArtifactThatHoldsTheSameBytes() {
    fill(new Random(2), List.of(ml));
    TrainingSet set = ml.training().set(TrainingSetContract.query("agent-1").defaultReward(0));
    Artifact artifact = set.store(TrainingFormat.JSON_LINES, ml.artifacts());
    assertThat(new String(ml.artifacts().read(artifact), StandardCharsets.UTF_8))
        .isEqualTo(Exports.text(set, TrainingFormat.JSON_LINES))
        .isNotEmpty();
    assertThat(set.store(TrainingFormat.JSON_LINES, ml.artifacts())).isEqualTo(artifact);
  }

  @Test
  void exportsAQuarterOfAGigabyteInAHeapOf64Megabytes() throws Exception {
    sql.run(
        "INSERT INTO ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,"
            + " model_version, action, propensity, context, source, source_sequence)"
            + " SELECT gen_random_uuid(), '2024-03-02T00:00:00Z'::timestamptz + n * interval '1 s',"
            + " 'large', 'LIVE', '', '', 'a', 1,"
            + " jsonb_build_object('text', repeat('x', 5000)), 'psql', n"
            + " FROM generate_series(1, 50000) n");
    Path file = directory.resolve("large.csv");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapExport.class.getName(),
                postgres.jdbcUrl(),
                postgres.user(),
                file.toString())
            .redirectErrorStream(true)
            .start();
    try (OutputStream password = process.getOutputStream()) {
      password.write(postgres.password().reveal().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains("50000 rows");
    assertThat(Files.size(file)).isGreaterThan(250_000_000);
  }

  private static MlInfraConfig.Builder config(int readers) {
    return MlInfraConfig.forService("training")
        .install(
            Postgres.at(postgres.jdbcUrl())
                .user(postgres.user())
                .password(postgres.password())
                .connections(readers, 1));
  }

  private static MlInfraConfig.Builder config() {
    return MlInfraConfig.forService("training")
        .install(
            Postgres.at(postgres.jdbcUrl()).user(postgres.user()).password(postgres.password()))
        .view(USERS)
        .view(ORDERS);
  }

  /** The same decisions, feedback and features for every store, in the same order. */
  private static void fill(Random random, List<MlInfra> stores) {
    List<FeatureRow> rows = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      Instant at = NOON.plusSeconds(random.nextInt(500_000));
      rows.add(
          FeatureRow.builder("user-" + random.nextInt(3), at.plusNanos(i * 1_000L))
              .knownAt(at.plusSeconds(random.nextInt(50_000)))
              .value("age", random.nextInt(90) / 7.0)
              .value("city", any(random, NAMES))
              .build());
    }
    stores.forEach(store -> store.features().put("users", rows));
    for (int i = 0; i < 300; i++) {
      Decision decision = decision(random);
      stores.forEach(store -> assertThat(store.decisions().log(decision).accepted()).isTrue());
      if (random.nextBoolean()) {
        Activation shown =
            Activation.of(decision.id())
                .activatedAt(decision.decidedAt().plusSeconds(random.nextInt(200)));
        stores.forEach(store -> store.decisions().activate(shown));
      }
      for (int n = random.nextInt(5); n > 0; n--) {
        Feedback feedback =
            Feedback.of(decision.id(), random.nextInt(1_000) / 7.0)
                .kind(random.nextInt(4) == 0 ? "click" : "reward")
                .observedAt(decision.decidedAt().plusSeconds(random.nextInt(400) - 50));
        Feedback given = random.nextInt(4) == 0 ? feedback.replaces(true) : feedback;
        stores.forEach(store -> assertThat(store.decisions().feedback(given).accepted()).isTrue());
      }
    }
    stores.forEach(store -> assertThat(store.decisions().flush(Duration.ofSeconds(60))).isTrue());
  }

  private static Decision decision(Random random) {
    var builder =
        Decision.by("agent-" + random.nextInt(3))
            .decidedAt(NOON.plusSeconds(random.nextInt(500_000)))
            .mode(any(random, MODES))
            .model("model-" + random.nextInt(2), "1")
            .action(any(random, NAMES))
            .propensity(1 - random.nextDouble())
            .deferred(random.nextInt(4) == 0);
    if (random.nextBoolean()) {
      builder.context("user", "user-" + random.nextInt(4));
    }
    if (random.nextBoolean()) {
      builder.score(random.nextGaussian()).features((float) random.nextGaussian(), 0.5f);
    }
    return builder.build();
  }

  private static TrainingQuery query(Random random) {
    var decisions =
        DecisionQuery.between(
            NOON.plusSeconds(random.nextInt(100_000)),
            NOON.plusSeconds(100_000 + random.nextInt(400_000)));
    if (random.nextBoolean()) {
      decisions = decisions.agent("agent-" + random.nextInt(3));
    }
    if (random.nextInt(3) == 0) {
      decisions = decisions.model("model-" + random.nextInt(2));
    }
    if (random.nextInt(3) == 0) {
      decisions = decisions.feedbackKind("click");
    }
    TrainingQuery query = TrainingQuery.of(decisions).reward(any(random, AGGREGATES));
    if (random.nextBoolean()) {
      query = query.window(Duration.ofSeconds(1 + random.nextInt(400)));
    }
    if (random.nextBoolean()) {
      query = query.defaultReward(random.nextInt(3));
    }
    if (random.nextInt(4) == 0) {
      query = query.mode(any(random, MODES));
    }
    return random.nextBoolean() ? query.featuresByContext("users", "user") : query;
  }

  private static <T> T any(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
