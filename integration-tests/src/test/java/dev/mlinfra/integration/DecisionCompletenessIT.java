package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionIds;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.history.DecisionCompleteness;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a process lost is known to the store, also when the process cannot tell any more. */
class DecisionCompletenessIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static Stack stack;
  private static MlInfra reader;

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    reader = MlInfra.connect(stack.config("reader").build()).ensureSchema();
  }

  @AfterAll
  static void stop() {
    reader.close();
    stack.close();
  }

  @Test
  void knowsWhatWasDroppedWhenTheHostWasKilled() {
    long dropped;
    try (ChildJvm host =
        ChildJvm.start(
            DroppingHost.class,
            Map.of(
                "ML_INFRA_SERVICE", "dropping",
                "ML_INFRA_POSTGRES_URL", stack.postgres().jdbcUrl(),
                "ML_INFRA_POSTGRES_USER", stack.postgres().user(),
                "ML_INFRA_POSTGRES_PASSWORD", stack.postgres().password().reveal()))) {
      host.await("dropped", 1);
      host.kill();
      dropped = Long.parseLong(host.after("dropped").get(0));
    }
    List<DecisionCompleteness> minutes = of("dropping");
    assertThat(minutes).extracting(DecisionCompleteness::source).containsOnly(source(minutes));
    assertThat(missing(minutes)).isEqualTo(dropped).isPositive();
    assertThat(minutes.stream().mapToLong(DecisionCompleteness::stored).sum())
        .isEqualTo(
            new Sql(stack.postgres())
                .number(
                    "SELECT count(*) FROM ml_learning.agent_decisions WHERE agent = ?",
                    DroppingHost.AGENT));
  }

  @Test
  void knowsWhatWasDroppedAfterTheLastStoredDecisionOnceTheHostIsClosed() {
    try (MlInfra ml = MlInfra.connect(stack.config("ending").build())) {
      DecisionLog log = ml.decisions();
      log(log, 10);
      assertThat(log.flush(PATIENCE)).isTrue();
      assertThat(missing(of("ending"))).isZero();
      ml.pause();
      log(log, 7);
      assertThat(log.ledger().dropped()).containsEntry(DropReason.PAUSED, 7L);
    }
    assertThat(missing(of("ending"))).isEqualTo(7);
    assertThat(of("ending").stream().mapToLong(DecisionCompleteness::lastNumber).max())
        .hasValue(17);
  }

  @Test
  void doesNotMissWhatTheStoreHadBefore() {
    Instant at = Instant.now();
    for (String service : List.of("original", "copy")) {
      try (MlInfra ml = MlInfra.connect(stack.config(service).build())) {
        for (int i = 0; i < 10; i++) {
          UUID id = DecisionIds.named(at, "replay/" + i);
          ml.decisions().log(Decision.by("ranker").action("a").id(id).decidedAt(at).build());
        }
        assertThat(ml.decisions().flush(PATIENCE)).isTrue();
        assertThat(ml.decisions().ledger().stored()).isEqualTo(10);
        log(ml.decisions(), 1);
      }
    }
    assertThat(missing(of("original"))).isZero();
    assertThat(missing(of("copy"))).isZero();
  }

  @Test
  void missesWhatATransactionHoldsOpenOnlyUntilItIsCommitted() throws SQLException {
    try (Connection late = new Sql(stack.postgres()).connect();
        Statement statement = late.createStatement()) {
      late.setAutoCommit(false);
      statement.execute(row("late", 2));
      new Sql(stack.postgres()).run(row("late", 1), row("late", 3));
      assertThat(missing(of("late"))).isEqualTo(1);
      late.commit();
    }
    assertThat(missing(of("late"))).isZero();
    assertThat(of("late").stream().mapToLong(DecisionCompleteness::stored).sum()).isEqualTo(3);
  }

  private static String row(String service, int number) {
    return "INSERT INTO ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,"
        + " model_version, action, propensity, source, source_sequence) VALUES (gen_random_uuid(),"
        + " now(), 'ranker', 'LIVE', '', '', 'a', 1, '%s-1', %d)".formatted(service, number);
  }

  private static void log(DecisionLog log, int count) {
    for (int i = 0; i < count; i++) {
      log.log(Decision.by("ranker").action("a").build());
    }
  }

  private static List<DecisionCompleteness> of(String service) {
    Instant now = Instant.now();
    return reader
        .history()
        .completeness(now.minus(Duration.ofHours(1)), now.plus(Duration.ofHours(1)))
        .stream()
        .filter(minute -> minute.source().startsWith(service + "-"))
        .toList();
  }

  private static String source(List<DecisionCompleteness> minutes) {
    return minutes.get(0).source();
  }

  private static long missing(List<DecisionCompleteness> minutes) {
    return minutes.stream().mapToLong(DecisionCompleteness::missing).sum();
  }
}
