package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.shadow.ShadowAnswer;
import dev.mlinfra.shadow.ShadowRun;
import dev.mlinfra.shadow.ShadowTally.Outcome;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A policy with candidates in its shadow, read back from a real PostgreSQL. */
class ShadowRunIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int CALLS = 200;

  private static Stack stack;
  private static PostgresServer postgres;

  private final RecordingTelemetry meters = new RecordingTelemetry();
  private final AtomicBoolean released = new AtomicBoolean();
  private final Instant from = Instant.now().minusSeconds(1);
  private Sql sql;
  private MlInfra ml;

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
    sql = new Sql(postgres);
    ml =
        MlInfra.connect(
                MlInfraConfig.forService("shadows")
                    .install(
                        Postgres.at(postgres.jdbcUrl())
                            .user(postgres.user())
                            .password(postgres.password()))
                    .install(meters)
                    .build())
            .ensureSchema();
  }

  @AfterEach
  void close() {
    released.set(true);
    ml.close();
  }

  @Test
  void readsBothDecisionsBackUnderOneIdWithTheFeedbackOfBoth() {
    ShadowRun<Integer, String> run =
        ml.shadow("both")
            .primary("rules", "3", (Integer n) -> "PASS")
            .candidate("forest", "17", n -> n % 4 == 0 ? "ALERT" : "PASS")
            .candidate("broken", "1", ShadowRunIT::fail)
            .describe((n, answer) -> Decision.by("both").action(answer).features(n))
            .maxQueued(CALLS)
            .start();
    List<UUID> ids = new ArrayList<>();
    for (int n = 0; n < CALLS; n++) {
      ShadowAnswer<String> decided = run.decide(n);
      assertThat(decided.answer()).isEqualTo("PASS");
      ids.add(decided.id());
      ml.decisions().feedback(decided.id(), n);
    }
    assertThat(run.flush(LONG)).isTrue();
    assertThat(ml.decisions().flush(LONG)).isTrue();

    List<DecisionOutcome> live = read("both", "rules");
    List<DecisionOutcome> shadow = read("both", "forest");
    assertThat(live).extracting(outcome -> outcome.decision().id()).hasSameElementsAs(ids);
    assertThat(shadow).hasSize(CALLS);
    assertThat(read("both", "broken")).isEmpty();
    for (DecisionOutcome outcome : shadow) {
      Decision decision = outcome.decision();
      int n = ids.indexOf(decision.id());
      assertThat(decision.mode()).isEqualTo(DecisionMode.SHADOW);
      assertThat(decision.baselineAction()).contains("PASS");
      assertThat(decision.action()).isEqualTo(n % 4 == 0 ? "ALERT" : "PASS");
      assertThat(decision.feature(0)).isEqualTo(n);
      assertThat(outcome.rewardSum()).isEqualTo(n);
    }
    assertThat(
            sql.value(
                "SELECT avg((action = baseline_action)::int)::float8"
                    + " FROM ml_learning.agent_decisions WHERE mode = 'SHADOW' AND agent = 'both'"))
        .as("agreement in SQL")
        .isEqualTo("0.75");
    assertThat(turns("both", "forest/17", "agreed")).isEqualTo(CALLS * 3 / 4);
    assertThat(turns("both", "forest/17", "differed")).isEqualTo(CALLS / 4);
    assertThat(meters.value(Instrument.SHADOW_LATENCY, "both", "forest/17")).isEqualTo(CALLS);
    assertThat(turns("both", "broken/1", "failed") + turns("both", "broken/1", "skipped_circuit"))
        .isEqualTo(CALLS);
  }

  @Test
  void goesOnWithThePrimaryWhileACandidateNeverReturnsAndTheServerIsGone() {
    postgres.kill();
    ShadowRun<Integer, String> run =
        ml.shadow("gone")
            .primary("rules", "3", (Integer n) -> "PASS")
            .candidate("stuck", "1", this::stayUntilReleased)
            .candidate("good", "1", n -> "PASS")
            .timeLimit(Duration.ofMillis(20))
            .maxQueued(CALLS)
            .start();
    for (int n = 0; n < CALLS; n++) {
      assertThat(run.decide(n).answer()).isEqualTo("PASS");
    }
    Await.until("good ones", () -> run.tallies().get(1).count(Outcome.AGREED) == CALLS);
    Await.until("stuck one", () -> run.tallies().get(0).count(Outcome.TIMED_OUT) == 1);
    postgres.restart();
    run.close();
    assertThat(ml.decisions().flush(LONG)).isTrue();
    assertThat(read("gone", "rules")).hasSize(CALLS);
    assertThat(read("gone", "good")).hasSize(CALLS);
    assertThat(read("gone", "stuck")).isEmpty();
  }

  private String stayUntilReleased(int input) {
    while (!released.get()) {
      LockSupport.parkNanos(1_000_000);
    }
    return "LATE " + input;
  }

  private static String fail(int input) {
    throw new StackOverflowError("by the test for " + input);
  }

  private List<DecisionOutcome> read(String agent, String model) {
    List<DecisionOutcome> found = new ArrayList<>();
    ml.history()
        .outcomes(
            DecisionQuery.between(from, Instant.now().plusSeconds(60)).agent(agent).model(model),
            found::add);
    return found;
  }

  private long turns(String shadow, String policy, String outcome) {
    return meters.value(Instrument.SHADOW_TURNS, shadow, policy, outcome);
  }
}
