package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Durability;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.testing.Await;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forgetting on real servers, with hosts that die and others that know nothing of it. */
class ForgetIT extends ForgetContract {
  private static Stack stack;
  private static PostgresServer postgres;
  private static Sql sql;
  private static MlInfra ml;

  @TempDir Path temp;

  private final Instant before = Instant.now().minusSeconds(3_600);

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    postgres = stack.postgres();
    sql = new Sql(postgres);
    ml = MlInfra.connect(stack.config("forgetting").build()).ensureSchema().ensureStreams();
  }

  @AfterAll
  static void stop() {
    ml.close();
    stack.close();
  }

  @Override
  MlInfra ml() {
    return ml;
  }

  @Test
  void removesTheRecentDecision() {
    Decision decision = log("recent", "finn");
    settle();
    Await.until("it is cached", () -> cachedAgain(decision));
    assertThat(ml.privacy().forget("finn").recent()).isEqualTo(1);
    assertThat(ml.history().recent(decision.id())).isEmpty();
  }

  @Test
  void doesNotMissWhatWasForgotten() {
    try (MlInfra own = MlInfra.connect(stack.config("complete").build())) {
      for (int i = 0; i < 10; i++) {
        own.decisions().log(about(i % 2 == 0 ? "gina" : "hans"));
      }
      own.decisions().flush(PATIENCE);
      assertThat(ml.privacy().forget("gina").decisions()).isEqualTo(5);
      own.decisions()
          .log(Decision.by("other").action("a").decidedAt(before).subject("gina").build());
      own.decisions().log(about("hans"));
      own.decisions().flush(PATIENCE);
      assertThat(own.decisions().ledger().stored()).isEqualTo(12);
    }
    assertThat(missing("complete")).isZero();
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.agent_decisions WHERE source LIKE 'complete-%'"))
        .isEqualTo(6);
  }

  @Test
  void keepsAReceiptThatNobodyCanChangeAndThatNamesNobody() {
    log("receipt", "ida-who-is-nowhere");
    settle();
    ErasureReceipt receipt = ml.privacy().forget("ida-who-is-nowhere");
    assertThat(
            sql.column(
                "SELECT subject_digest || ' ' || decisions || ' ' || feedback"
                    + " FROM ml_learning.forget_receipts JOIN ml_learning.forgotten_subjects"
                    + " USING (receipt_id) WHERE receipt_id = ?",
                receipt.id()))
        .containsExactly(receipt.subjectDigest() + " 1 0");
    assertThat(receipt.subjectDigest()).hasSize(64);
    for (String table : new String[] {"forget_receipts", "forgotten_subjects"}) {
      assertThatThrownBy(() -> sql.run("DELETE FROM ml_learning." + table))
          .hasMessageContaining("append-only");
      assertThat(sql.column("SELECT t::text FROM ml_learning." + table + " t"))
          .noneMatch(row -> row.contains("ida"));
    }
  }

  @Test
  void keepsOutWhatIsLoggedMeanwhile() throws InterruptedException {
    AtomicBoolean enough = new AtomicBoolean();
    DecisionLog log = ml.decisions();
    Thread host =
        new Thread(
            () -> {
              while (!enough.get()) {
                Decision decision = about("jana");
                if (log.log(decision).accepted()) {
                  log.feedback(Feedback.of(decision.id(), 1));
                }
                LockSupport.parkNanos(50_000);
              }
            });
    host.start();
    try {
      Await.until("some are stored", () -> of("jana") > 100);
      ml.privacy().forget("jana");
      Await.until("some were held back", () -> heldBack() > 0);
    } finally {
      enough.set(true);
      host.join();
    }
    assertThat(log.flush(PATIENCE)).isTrue();
    assertThat(of("jana")).isZero();
    // takes feedback that had come before its decision was refused
    ml.privacy().forget("jana");
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.agent_feedback f"
                    + " JOIN ml_learning.forgotten_decisions USING (decision_id)"))
        .isZero();
  }

  @Test
  void keepsOutWhatAKilledHostLeftInItsSpool() throws Exception {
    postgres.kill();
    try (ChildJvm host =
        ChildJvm.start(SpoolingHost.class, environment("left", "spool_first"), "1000000", "kurt")) {
      host.await("safe", 200);
      host.kill();
    } finally {
      postgres.restart();
    }
    Await.until("the server is back", this::forgetsKurt);
    try (MlInfra next =
        MlInfra.connect(MlInfraConfig.fromVariables(environment("left", "memory")))) {
      Await.until("the spool is empty", () -> files() == 0);
      assertThat(next.privacy().forget("kurt").decisions()).isZero();
    }
    assertThat(of("kurt")).isZero();
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.agent_activations WHERE source LIKE 'left-%'"))
        .isZero();
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.agent_feedback WHERE source LIKE 'left-%'"))
        .isZero();
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.removed_decisions WHERE source LIKE 'left-%'"))
        .isGreaterThanOrEqualTo(200);
    assertThat(missing("left")).isZero();
  }

  @Test
  void waitsForWhatThisProcessHasInItsSpool() {
    MlInfraConfig config =
        stack
            .config("spooling")
            .spool(
                SpoolOptions.builder(temp.resolve("own"))
                    .durability(Durability.SPOOL_FIRST)
                    .build())
            .build();
    try (MlInfra own = MlInfra.connect(config)) {
      for (int i = 0; i < 50; i++) {
        own.decisions().log(about("lena"));
      }
      ErasureReceipt receipt = own.privacy().forget("lena");
      assertThat(receipt.decisions() + receipt.heldBack()).isEqualTo(50);
      assertThat(receipt.waiting()).isZero();
    }
    assertThat(of("lena")).isZero();
    assertThat(missing("spooling")).isZero();
  }

  @Test
  void finishesWhatAKilledProcessBegan() throws SQLException {
    sql.run(
        """
        INSERT INTO ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,
          model_version, action, propensity, subject, source, source_sequence)
        SELECT gen_random_uuid(), now() - interval '1 minute', 'ranker', 'LIVE', '', '', 'a', 1,
          'mira', 'killed-1', n FROM generate_series(1, 12000) n
        """,
        """
        INSERT INTO ml_learning.agent_feedback
          (feedback_id, decision_id, kind, reward, observed_at, source)
        SELECT gen_random_uuid(), decision_id, 'click', 1, decided_at, source
        FROM ml_learning.agent_decisions WHERE subject = 'mira'
        """);
    try (Connection holder = sql.connect();
        Statement lock = holder.createStatement()) {
      holder.setAutoCommit(false);
      lock.execute(
          "SELECT FROM ml_learning.agent_decisions"
              + " WHERE subject = 'mira' AND source_sequence = 12000 FOR UPDATE");
      try (ChildJvm dying =
          ChildJvm.start(ForgettingHost.class, environment("dying", "memory"), "mira")) {
        Await.until("some are deleted", () -> of("mira") < 12_000);
        dying.kill();
        assertThat(dying.after("forgotten")).isEmpty();
      }
      holder.rollback();
    }
    assertThat(of("mira")).isPositive();
    long left = of("mira");
    ErasureReceipt receipt = ml.privacy().forget("mira");
    assertThat(receipt.decisions()).isEqualTo(left);
    assertThat(receipt.feedback()).isEqualTo(12_000);
    assertThat(of("mira")).isZero();
    assertThat(ml.privacy().forget("mira").decisions()).isZero();
    assertThat(missing("killed")).isZero();
    assertThat(
            sql.number(
                "SELECT count(*) FROM ml_learning.forgotten_subjects s WHERE subject_digest = ?"
                    + " AND NOT EXISTS (SELECT FROM ml_learning.forget_receipts r"
                    + " WHERE r.receipt_id = s.receipt_id)",
                receipt.subjectDigest()))
        .as("requests that were cut off")
        .isEqualTo(1);
  }

  @Test
  void keepsOutTheShadowThatComesWithADecisionFromBefore() {
    ml.privacy().forget("quinn");
    BufferOptions oneBatch = BufferOptions.builder().linger(Duration.ofSeconds(10)).build();
    try (MlInfra own = MlInfra.connect(stack.config("pair").decisions(oneBatch).build())) {
      Decision live = Decision.by("pair").action("a").decidedAt(before).subject("quinn").build();
      own.decisions().log(live);
      own.decisions().log(shadowOf(live));
      assertThat(own.decisions().flush(PATIENCE)).isTrue();
    }
    assertThat(stored("pair")).isEmpty();
    assertThat(missing("pair")).isZero();
  }

  @Test
  void countsOnceWhatIsDeletedAgainAfterALostCommit() {
    Decision decision = log("lost", "paul");
    reward(decision, 1);
    settle();
    sql.run(
        "CREATE SEQUENCE public.commits",
        """
        CREATE FUNCTION public.lose_first_commit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('public.commits') = 1 THEN
            PERFORM pg_terminate_backend(pg_backend_pid());
          END IF;
          RETURN NULL;
        END $$
        """,
        "CREATE CONSTRAINT TRIGGER lost AFTER DELETE ON ml_learning.agent_feedback"
            + " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            + " EXECUTE FUNCTION public.lose_first_commit()");
    try {
      assertThat(ml.privacy().forget("paul").feedback()).isEqualTo(1);
      assertThat(sql.number("SELECT last_value FROM public.commits")).isEqualTo(2);
    } finally {
      sql.run(
          "DROP TRIGGER lost ON ml_learning.agent_feedback",
          "DROP FUNCTION public.lose_first_commit",
          "DROP SEQUENCE public.commits");
    }
  }

  @Test
  void deletesNothingWhileTheCacheIsAway() {
    log("cacheless", "sven");
    settle();
    stack.redis().kill();
    try {
      assertThatThrownBy(() -> ml.privacy().forget("sven"))
          .isInstanceOf(UnavailableException.class)
          .hasMessageStartingWith("forget deleted nothing, since the cache of recent decisions")
          .hasMessageNotContaining("\n");
      assertThat(of("sven")).isEqualTo(1);
    } finally {
      stack.redis().restart();
    }
    assertThat(forgetsOnceTheCacheIsBack("sven").decisions()).isEqualTo(1);
  }

  @Test
  void saysWhatIsDoneWhenTheCacheIsLostMeanwhileAndFinishesWhenCalledAgain() throws Exception {
    log("halfway", "tara");
    settle();
    long requests = sql.number("SELECT count(*) FROM ml_learning.forgotten_subjects");
    CompletableFuture<ErasureReceipt> forgetting;
    try (Connection holder = sql.connect();
        Statement lock = holder.createStatement()) {
      holder.setAutoCommit(false);
      lock.execute("SELECT FROM ml_learning.agent_decisions WHERE subject = 'tara' FOR UPDATE");
      forgetting = CompletableFuture.supplyAsync(() -> ml.privacy().forget("tara"));
      Await.until(
          "it is written down",
          () -> sql.number("SELECT count(*) FROM ml_learning.forgotten_subjects") > requests);
      stack.redis().kill();
      holder.rollback();
      assertThatThrownBy(forgetting::join)
          .hasCauseInstanceOf(UnavailableException.class)
          .hasMessageContaining("forget deleted what is stored but has no receipt, since the cache")
          .hasMessageContaining("; call again, to have all done: ");
    } finally {
      stack.redis().restart();
    }
    assertThat(of("tara")).isZero();
    assertThat(forgetsOnceTheCacheIsBack("tara").decisions()).isZero();
  }

  private static ErasureReceipt forgetsOnceTheCacheIsBack(String subject) {
    AtomicReference<ErasureReceipt> receipt = new AtomicReference<>();
    Await.until(
        "the cache is back",
        () -> {
          try {
            receipt.set(ml.privacy().forget(subject));
            return true;
          } catch (UnavailableException e) {
            return false;
          }
        });
    return receipt.get();
  }

  private boolean forgetsKurt() {
    try {
      return ml.privacy().forget("kurt").decisions() == 0;
    } catch (UnavailableException e) {
      return false;
    }
  }

  private static boolean cachedAgain(Decision decision) {
    return ml.history().recent(decision.id()).isPresent();
  }

  private Decision about(String subject) {
    return Decision.by("host").action("a").decidedAt(before).subject(subject).build();
  }

  private static long of(String subject) {
    return sql.number(
        "SELECT count(*) FROM ml_learning.agent_decisions WHERE subject = ?", subject);
  }

  private static long heldBack() {
    return sql.number("SELECT count(*) FROM ml_learning.forgotten_decisions WHERE held_back");
  }

  private static long missing(String service) {
    Instant now = Instant.now();
    return ml
        .history()
        .completeness(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(1)))
        .stream()
        .filter(minute -> minute.source().startsWith(service + "-"))
        .mapToLong(DecisionCompleteness::missing)
        .sum();
  }

  private long files() {
    String[] names =
        temp.resolve("spool").toFile().list((directory, name) -> name.endsWith(".copy"));
    return names == null ? -1 : names.length;
  }

  private Map<String, String> environment(String service, String durability) {
    return new HashMap<>(
        Map.of(
            "ML_INFRA_SERVICE", service,
            "ML_INFRA_START", "background",
            "ML_INFRA_SPOOL_PATH", temp.resolve("spool").toString(),
            "ML_INFRA_SPOOL_DURABILITY", durability,
            "ML_INFRA_POSTGRES_URL", postgres.jdbcUrl(),
            "ML_INFRA_POSTGRES_USER", postgres.user(),
            "ML_INFRA_POSTGRES_PASSWORD", postgres.password().reveal()));
  }
}
