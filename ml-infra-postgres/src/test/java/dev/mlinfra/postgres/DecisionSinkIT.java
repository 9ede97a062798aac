package dev.mlinfra.postgres;

import static dev.mlinfra.postgres.OpenPostgres.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.TimedOutException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.EncodedRows;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DecisionSinkIT {
  private static final Instant THEN = Instant.parse("2019-11-24T10:00:00.123456Z");

  private final TestDatabase database = TestDatabase.create();
  private final OpenPostgres postgres = OpenPostgres.ready(database);

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void readsBackEveryFieldAsItWasLogged() {
    Decision full =
        Decision.by("ranker \"ö\" 日本 🎯")
            .id(UUID.randomUUID())
            .decidedAt(THEN)
            .mode(DecisionMode.SHADOW)
            .model("bts", "17")
            .action("item-79")
            .propensity(4.5e-5)
            .score(-1.5)
            .baselineAction("item-0")
            .features(1.5f, -0f, Float.MIN_VALUE, Float.MAX_VALUE)
            .featureSet("affinity")
            .context("quote\" back\\ tab\t", "line\nü🎯\u0001")
            .context("empty", "")
            .latency(Duration.ofNanos(1_234_567))
            .deferred(true)
            .build();
    Decision bare = Decision.by("a").action("b").decidedAt(THEN.plusSeconds(1)).build();
    assertThat(postgres.store(true, List.of(full, bare))).isEqualTo(new Written(2, 0));
    postgres.activate(true, Activation.of(full.id()));

    List<DecisionOutcome> read = read(DecisionQuery.between(THEN, THEN.plusSeconds(2)));

    assertThat(read).hasSize(2);
    assertThat(read.get(0).decision())
        .usingRecursiveComparison()
        .ignoringFields("latency")
        .isEqualTo(full);
    assertThat(read.get(0).decision().latency()).contains(Duration.ofNanos(1_234_000));
    assertThat(read.get(1).decision()).usingRecursiveComparison().isEqualTo(bare);
    assertThat(
            database.text(
                "SELECT source || ' ' || source_sequence || ' ' || pass_probability"
                    + " FROM ml_learning.agent_decisions ORDER BY source_sequence"))
        .isEqualTo("test-1 1 1,test-1 2 1");
  }

  @Test
  void storesABatchLargerThanTheBuffer() {
    List<Decision> batch = decisions(5_000);
    assertThat(postgres.store(true, batch)).isEqualTo(new Written(5_000, 0));
    assertThat(stored()).isEqualTo(5_000);
    assertThat(database.text("SELECT sum(cardinality(features)) FROM ml_learning.agent_decisions"))
        .isEqualTo("160000");
  }

  @Test
  void encodesManyShortRowsInLittleMemoryAfterALongOne() {
    RowStore<Decision> rows = postgres.decisionRows();
    Decision wide = Decision.by("a").action("b").context("text", "x".repeat(60_000)).build();
    assertThat(rows.encode(batch(wide)).length()).isGreaterThan(60_000);

    assertThat(rows.encode(batch(decisions(20_000), 2)).bytes().length).isLessThan(32 << 20);
  }

  @Test
  void storesARepeatedBatchOnceAndSaysHowManyWereThere() {
    List<Decision> batch = decisions(100);
    postgres.store(true, batch.subList(0, 60));

    assertThat(postgres.store(true, batch)).isEqualTo(new Written(40, 60));
    assertThat(postgres.store(false, batch)).isEqualTo(new Written(0, 100));
    assertThat(stored()).isEqualTo(100);
  }

  @Test
  void storesARowOnceThatStandsTwiceInABatch() {
    Decision decision = decisions(1).get(0);
    assertThat(postgres.store(true, List.of(decision, decision))).isEqualTo(new Written(1, 1));
  }

  @Test
  void storesEncodedRowsAsItStoresTheBatchOnEitherRoad() {
    RowStore<Decision> rows = postgres.decisionRows();
    List<LoggedRow<Decision>> logged = new ArrayList<>();
    for (Decision decision : decisions(2_000)) {
      logged.add(new LoggedRow<>(decision.toBuilder().decidedAt(THEN).build(), 7, 0.5));
    }
    RowBatch<Decision> batch = RowBatch.of(logged);
    postgres.part(DecisionSink.class).decisions().write(batch, true);
    String written = contents();
    database.execute("TRUNCATE ml_learning.agent_decisions");

    EncodedRows encoded = rows.encode(batch);
    assertThat(encoded.count()).isEqualTo(2_000);
    assertThat(rows.store(encoded.slice(0, 700), true)).isEqualTo(new Written(700, 0));
    assertThat(rows.store(encoded, false)).isEqualTo(new Written(1_300, 700));
    assertThat(rows.store(encoded, true)).isEqualTo(new Written(0, 2_000));
    assertThat(contents()).isEqualTo(written);
  }

  @Test
  void storesEncodedFeedbackOnce() {
    RowStore<Feedback> rows = postgres.feedbackRows();
    Feedback click = Feedback.of(UUID.randomUUID(), 1).label("click").observedAt(THEN);
    EncodedRows encoded = rows.encode(batch(click, click, click.kind("view")));
    assertThat(rows.store(encoded, true)).isEqualTo(new Written(2, 1));
    assertThat(rows.store(encoded, false)).isEqualTo(new Written(0, 3));
    assertThat(rows.letter(encoded.slice(1, 2), "a cause"))
        .satisfies(
            letter -> {
              assertThat(letter.origin()).isEqualTo("feedback");
              assertThat(letter.subjectId()).isEqualTo(click.id().toString());
              assertThat(letter.cause()).isEqualTo("a cause");
            });
  }

  private String contents() {
    return database.text(
        "SELECT count(*) || ' ' || sum(hashtextextended((to_jsonb(d) - 'stored_at')::text, 0))"
            + " FROM ml_learning.agent_decisions d");
  }

  @Test
  void storesFeedbackOnceAndBeforeItsDecision() {
    Decision decision = decisions(1).get(0);
    Feedback click = Feedback.of(decision.id(), 1).label("click").observedAt(THEN);
    assertThat(postgres.reward(true, click)).isEqualTo(new Written(1, 0));
    assertThat(postgres.reward(true, click, click.kind("view"))).isEqualTo(new Written(1, 1));
    assertThat(postgres.reward(false, click)).isEqualTo(new Written(0, 1));

    postgres.store(true, List.of(decision));

    DecisionQuery all = DecisionQuery.between(Instant.EPOCH, Instant.now().plusSeconds(60));
    assertThat(read(all)).extracting(DecisionOutcome::feedbackCount).containsExactly(2L);
    assertThat(read(all.feedbackKind("view")))
        .extracting(DecisionOutcome::rewardSum)
        .containsExactly(1.0);
  }

  @Test
  void readsDeferredDecisionsOnceTheyAreActivatedAndKeepsTheFirstActivation() {
    Decision shown = decisions(1).get(0).toBuilder().deferred(true).build();
    Decision never = decisions(1).get(0).toBuilder().deferred(true).build();
    Activation first = Activation.of(shown.id()).activatedAt(THEN);
    assertThat(postgres.activate(true, first, first.activatedAt(THEN.plusSeconds(9))))
        .isEqualTo(new Written(1, 1));
    assertThat(postgres.activate(false, first)).isEqualTo(new Written(0, 1));
    postgres.store(true, List.of(shown, never));

    DecisionQuery all = DecisionQuery.between(Instant.EPOCH, Instant.now().plusSeconds(60));
    assertThat(read(all)).extracting(it -> it.decision().id()).containsExactly(shown.id());
    assertThat(
            database.text(
                "SELECT activated_at = '" + THEN + "' FROM ml_learning.agent_activations"))
        .isEqualTo("t");

    postgres.activate(true, Activation.of(never.id()));
    assertThat(read(all)).hasSize(2);
  }

  @Test
  void storesEncodedActivationsOnce() {
    RowStore<Activation> rows =
        postgres.part(DecisionSink.class).activations().rows().orElseThrow();
    Activation given = Activation.of(UUID.randomUUID());
    EncodedRows encoded = rows.encode(batch(given, Activation.of(UUID.randomUUID()), given));
    assertThat(rows.store(encoded, true)).isEqualTo(new Written(2, 1));
    assertThat(rows.store(encoded, false)).isEqualTo(new Written(0, 3));
    assertThat(rows.letter(encoded.slice(2, 3), "a cause").subjectId())
        .isEqualTo(given.decisionId().toString());
  }

  @Test
  void countsFeedbackThatReplacesWhatWasObservedBeforeIt() {
    Decision decision = decisions(1).get(0);
    postgres.store(true, List.of(decision));
    Feedback sale = Feedback.of(decision.id(), 20).kind("sale").observedAt(THEN);
    Feedback cancelled =
        Feedback.of(decision.id(), 0).kind("sale").observedAt(THEN.plusSeconds(5)).replaces(true);
    Feedback later = Feedback.of(decision.id(), 7).kind("sale").observedAt(THEN.plusSeconds(9));
    postgres.reward(true, cancelled, later, sale, sale.kind("click").observedAt(THEN));

    DecisionQuery all = DecisionQuery.between(Instant.EPOCH, Instant.now().plusSeconds(60));
    assertThat(read(all)).extracting(DecisionOutcome::rewardSum).containsExactly(27.0);
    assertThat(read(all.feedbackKind("sale")))
        .extracting(DecisionOutcome::feedbackCount, DecisionOutcome::rewardSum)
        .containsExactly(Tuple.tuple(2L, 7.0));
    assertThat(database.count("ml_learning.agent_feedback")).isEqualTo(4);
  }

  @Test
  void readsOnlyWhatTheQueryAsksForInOrderOfTime() {
    postgres.store(
        true,
        List.of(
            Decision.by("a").action("3").model("m", "1").decidedAt(THEN.plusSeconds(3)).build(),
            Decision.by("a").action("1").model("m", "1").decidedAt(THEN.plusSeconds(1)).build(),
            Decision.by("a").action("2").model("n", "1").decidedAt(THEN.plusSeconds(2)).build(),
            Decision.by("b").action("0").model("m", "1").decidedAt(THEN).build(),
            Decision.by("a").action("4").model("m", "1").decidedAt(THEN.plusSeconds(4)).build()));

    DecisionQuery query = DecisionQuery.between(THEN, THEN.plusSeconds(4));

    assertThat(read(query))
        .extracting(it -> it.decision().action())
        .containsExactly("0", "1", "2", "3");
    assertThat(read(query.agent("a").model("m")))
        .extracting(it -> it.decision().action())
        .containsExactly("1", "3");
  }

  @Test
  void refusesABatchWholeForOneBadRowAndTakesItsNeighbours() {
    List<Decision> batch = new ArrayList<>(decisions(10));
    batch.add(5, Decision.by("nul\0").action("x").build());
    batch.add(8, Decision.by("half \ud83d").action("x").build());
    batch.add(9, Decision.by("a").action("x").propensity(2).build());

    assertThatThrownBy(() -> postgres.store(true, batch))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageNotContaining("\n");
    assertThat(stored()).isZero();

    assertThat(halve(batch)).isEqualTo(3);
    assertThat(stored()).isEqualTo(10);
  }

  private int halve(List<Decision> batch) {
    try {
      postgres.store(false, batch);
      return 0;
    } catch (CorruptDataException e) {
      int middle = batch.size() / 2;
      return batch.size() == 1
          ? 1
          : halve(batch.subList(0, middle)) + halve(batch.subList(middle, batch.size()));
    }
  }

  @Test
  void saysTheReasonForARefusal() {
    Decision bad = Decision.by("nul\0").action("x").build();
    assertThatThrownBy(() -> postgres.store(true, List.of(bad)))
        .hasMessageContaining("write of decisions was refused by postgres")
        .hasMessageContaining("22021");
  }

  @Test
  void keepsTheRefusedRowOutOfTheReason() {
    Decision bad = Decision.by("agent").action("personal-data").propensity(5).build();
    assertThatThrownBy(() -> postgres.store(true, List.of(bad)))
        .hasMessageContaining("23514")
        .hasMessageNotContaining("personal-data")
        .rootCause()
        .hasMessageNotContaining("personal-data");
  }

  @Test
  void canBeTriedAgainAfterTheSchemaIsMade() {
    database.execute("DROP SCHEMA ml_learning CASCADE");
    List<Decision> batch = decisions(1);
    assertThatThrownBy(() -> postgres.store(true, batch))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("3F000")
        .hasMessageContaining("call ensureSchema()");
    postgres.schema().ensure();
    assertThat(postgres.store(false, batch)).isEqualTo(new Written(1, 0));
  }

  @Test
  void canBeTriedAgainAfterAFailOverToAReadOnlyServer() {
    database.execute(
        "ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
    List<Decision> batch = decisions(1);
    try (OpenPostgres readOnly = OpenPostgres.of(database.module())) {
      assertThatThrownBy(() -> readOnly.store(true, batch))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("25006")
          .satisfies(e -> assertThat(((MlInfraException) e).retryable()).isTrue());
    }
  }

  @Test
  void storesEveryBatchOnceWhileItsConnectionsAreKilled() throws Exception {
    int stored = 0;
    for (int round = 0; round < 10; round++) {
      List<Decision> batch = decisions(50);
      Thread killer = new Thread(this::killWriters);
      killer.start();
      stored += storeUntilItWorks(batch);
      killer.join();
    }
    assertThat(stored).isEqualTo(500);
    assertThat(stored()).isEqualTo(500);
  }

  private int storeUntilItWorks(List<Decision> batch) {
    boolean first = true;
    for (int attempt = 0; attempt < 20; attempt++) {
      try {
        Written written = postgres.store(first, batch);
        return written.inserted() + written.duplicates();
      } catch (UnavailableException e) {
        first = false;
      }
    }
    throw new AssertionError("20 attempts failed");
  }

  private void killWriters() {
    database.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND application_name = 'ml-infra/test'");
  }

  @Test
  void givesUpOnALockedTableInTime() throws Exception {
    try (OpenPostgres hurried =
            OpenPostgres.of(database.module().statementTimeout(Duration.ofMillis(500)));
        Connection other = database.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE ml_learning.agent_decisions IN ACCESS EXCLUSIVE MODE");
      assertThatThrownBy(() -> hurried.store(true, decisions(1)))
          .isInstanceOf(TimedOutException.class)
          .hasMessageContaining("57014");
      other.rollback();
      assertThat(hurried.store(false, decisions(1))).isEqualTo(new Written(1, 0));
    }
  }

  @Test
  void givesUpOnAServerThatAcceptsAndNeverAnswers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0);
        OpenPostgres hanging =
            OpenPostgres.of(
                Postgres.at("jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/ml")
                    .connectTimeout(Duration.ofMillis(500)))) {
      assertThatThrownBy(() -> hanging.store(true, decisions(1)))
          .isInstanceOf(MlInfraException.class)
          .satisfies(e -> assertThat(((MlInfraException) e).retryable()).isTrue())
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> hanging.schema().ensure())
          .satisfies(e -> assertThat(((MlInfraException) e).retryable()).isTrue());
    }
  }

  private List<DecisionOutcome> read(DecisionQuery query) {
    List<DecisionOutcome> read = new ArrayList<>();
    assertThat(postgres.part(DecisionReader.class).read(query, read::add)).isEqualTo(read.size());
    return read;
  }

  private long stored() {
    return database.count("ml_learning.agent_decisions");
  }

  private static List<Decision> decisions(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Decision.by("ranker")
                    .action("item-" + i)
                    .propensity(0.5)
                    .features(new float[32])
                    .build())
        .toList();
  }
}
