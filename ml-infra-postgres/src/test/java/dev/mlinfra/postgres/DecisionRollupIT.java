package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecisionRollupIT {
  private static final Instant THEN = Instant.parse("2019-11-30T23:59:10Z");
  private static final String ROWS =
      "SELECT to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' ' || agent || ' '"
          + " || decisions || ' ' || mean_propensity || ' ' || coalesce(mean_latency_us, -1)"
          + " || ' ' || feedbacks || ' ' || reward_sum"
          + " FROM ml_learning.ml_decision_metrics ORDER BY 1";

  private final TestDatabase database = TestDatabase.create();

  @Test
  void countsMinutesOf2019AndCountsThemAgainWhenFeedbackComesLate() {
    Decision first = at(THEN).propensity(0.5).latency(Duration.ofMillis(2)).build();
    Decision second = at(THEN.plusSeconds(5)).propensity(0.25).build();
    Decision third = at(THEN.plusSeconds(60)).propensity(1).build();
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.store(true, List.of(first, second, third));
      postgres.store(false, List.of(first, second, third));
    }
    assertThat(database.text(ROWS))
        .isEqualTo("2019-11-30 23:59 ranker 2 0.375 2000 0 0,2019-12-01 00:00 ranker 1 1 -1 0 0");

    try (OpenPostgres postgres = OpenPostgres.of(database.module())) {
      postgres.reward(true, Feedback.of(first.id(), 1), Feedback.of(first.id(), 0.5));
    }
    assertThat(database.text(ROWS))
        .isEqualTo("2019-11-30 23:59 ranker 2 0.375 2000 2 1.5,2019-12-01 00:00 ranker 1 1 -1 0 0");
  }

  @Test
  void countsADeferredDecisionOnceItIsActivatedAndFeedbackThatWasNotReplaced() {
    Decision prepared = at(THEN).deferred(true).build();
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.store(true, List.of(prepared));
      postgres.reward(
          true,
          Feedback.of(prepared.id(), 5).observedAt(THEN),
          Feedback.of(prepared.id(), 3).observedAt(THEN.plusSeconds(1)).replaces(true));
    }
    assertThat(database.text(ROWS)).isEmpty();

    try (OpenPostgres postgres = OpenPostgres.of(database.module())) {
      postgres.activate(true, Activation.of(prepared.id()));
    }
    assertThat(database.text(ROWS)).isEqualTo("2019-11-30 23:59 ranker 1 1 -1 1 3");
  }

  @Test
  void saysThatTheMetricsLagAndStoresDecisionsAllTheSame() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      database.execute("DROP TABLE ml_learning.ml_decision_metrics");
      postgres.store(true, List.of(at(THEN).build()));
      assertThat(database.count("ml_learning.agent_decisions")).isEqualTo(1);
      Await.until(
          "the lag shows",
          () -> postgres.probe().check(Duration.ofSeconds(5)).status() == Status.DEGRADED);
      assertThat(postgres.probe().check(Duration.ofSeconds(5)).detail())
          .contains("ml_decision_metrics lags");
    }
  }

  @Test
  void dropsWhatIsOlderThanTheHorizonOnly() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.store(true, List.of(at(THEN).build(), at(Instant.now()).build()));
    }
    database.text("SELECT ml_learning.drop_metrics_before('2020-06-01T00:00:00Z')");
    assertThat(database.text(ROWS)).startsWith("20").doesNotContain("2019", ",");
  }

  @Test
  void countsOnAfterInterruptsThatNobodyOfTheLibrarySent() {
    try (OpenPostgres postgres = OpenPostgres.ready(database)) {
      postgres.store(true, List.of(at(THEN).build()));
      Thread rollup =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("ml-infra-decision-rollup"))
              .findAny()
              .orElseThrow();
      for (int i = 0; i < 20; i++) {
        rollup.interrupt();
        Await.until("seen", () -> !rollup.isInterrupted());
      }
      postgres.store(true, List.of(at(THEN.plusSeconds(5)).build()));
      Await.until("written", () -> database.text(ROWS).startsWith("2019-11-30 23:59 ranker 2 "));
      assertThat(rollup.isAlive()).isTrue();
    }
  }

  private static DecisionBuilder at(Instant time) {
    return Decision.by("ranker").action("x").decidedAt(time);
  }
}
