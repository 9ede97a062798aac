package dev.mlinfra.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionIds;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which path a batch takes whose first attempt had an unknown outcome. */
class RetryPathIT {
  /** Years apart; the first and the last microsecond of a second. */
  private static final List<Instant> TIMES =
      List.of(
          Instant.parse("2019-11-24T00:00:00Z"),
          Instant.parse("2021-03-14T02:00:00Z"),
          Instant.parse("2024-02-29T12:00:59.999999Z"));

  private TestDatabase database;
  private OpenPostgres postgres;

  @BeforeEach
  void makeSchema() {
    database = TestDatabase.create();
    postgres = OpenPostgres.ready(database);
    database.execute("CREATE SEQUENCE public.tries");
    database.execute(
        "CREATE FUNCTION public.count_try() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN PERFORM nextval(''public.tries''); RETURN NEW; END'");
    for (String table : List.of("agent_decisions", "agent_feedback", "agent_activations")) {
      database.execute(
          "CREATE TRIGGER tries BEFORE INSERT ON ml_learning."
              + table
              + " FOR EACH ROW EXECUTE FUNCTION public.count_try()");
    }
  }

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void leadsStraightIntoTheTableWhenNoneOfItIsThere() {
    postgres.store(true, decisions());
    Decision decision = decisions().get(0);

    assertThat(postgres.store(false, List.of(other(decision)))).isEqualTo(new Written(1, 0));
    assertThat(postgres.reward(false, Feedback.of(decision.id(), 1))).isEqualTo(new Written(1, 0));
    assertThat(postgres.activate(false, Activation.of(decision.id()))).isEqualTo(new Written(1, 0));

    assertThat(staged()).isZero();
    assertThat(tries()).isEqualTo(TIMES.size() + 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void leadsPastTheTableWhenOneRowIsThereWhicheverItIs(int there) {
    List<Decision> batch = decisions();
    postgres.store(true, List.of(batch.get(there)));

    assertThat(postgres.store(false, batch)).isEqualTo(new Written(2, 1));

    assertThat(staged()).isOne();
    assertThat(tries()).as("no row is tried twice").isEqualTo(1 + 3);
  }

  @Test
  void storesALargeBatchOnceOfWhichARowIsThereThatIsNotAskedFor() {
    List<Decision> batch = Stream.generate(() -> other(decisions().get(0))).limit(200).toList();
    postgres.store(true, List.of(batch.get(1)));

    assertThat(postgres.store(false, batch)).isEqualTo(new Written(199, 1));

    assertThat(database.count("ml_learning.agent_decisions")).isEqualTo(200);
  }

  @Test
  void leadsPastTheTableForFeedbackAndActivationsThatAreThere() {
    Decision decision = decisions().get(0);
    Feedback given = Feedback.of(decision.id(), 1).key("k");
    Activation shown = Activation.of(decision.id());
    postgres.reward(true, given);
    postgres.activate(true, shown);

    assertThat(postgres.reward(false, given, Feedback.of(decision.id(), 2).key("l")))
        .isEqualTo(new Written(1, 1));
    assertThat(postgres.activate(false, shown)).isEqualTo(new Written(0, 1));

    assertThat(staged()).isEqualTo(2);
    assertThat(tries()).as("no row is tried twice").isEqualTo(2 + 3);
  }

  @Test
  void storesADecisionWhoseShadowAloneIsThere() {
    Decision live = decisions().get(0);
    postgres.store(true, List.of(Shadows.of(live)));

    assertThat(postgres.store(false, List.of(live))).isEqualTo(new Written(1, 0));
    assertThat(postgres.store(false, List.of(live, Shadows.of(live)))).isEqualTo(new Written(0, 2));
  }

  private static List<Decision> decisions() {
    List<Decision> batch = new ArrayList<>();
    for (Instant at : TIMES) {
      batch.add(
          Decision.by("ranker").id(DecisionIds.named(at, "one")).decidedAt(at).action("a").build());
    }
    return batch;
  }

  private static Decision other(Decision decision) {
    return Decision.by("ranker").decidedAt(decision.decidedAt()).action("a").build();
  }

  /** The tables through which batches went past their own. */
  private long staged() {
    return database.count("pg_class WHERE relname LIKE 'ml\\_infra\\_agent%' AND relkind = 'r'");
  }

  /** Sequences count what was rolled back as well. */
  private long tries() {
    return Long.parseLong(
        database.text("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.tries"));
  }
}
