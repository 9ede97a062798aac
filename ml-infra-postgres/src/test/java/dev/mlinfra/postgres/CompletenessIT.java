package dev.mlinfra.postgres;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.DecisionReader;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store says is missing, for rows written past the library. */
class CompletenessIT {
  private static final Instant NOON = Instant.parse("2024-03-01T12:00:00Z");

  private static TestDatabase database;
  private static OpenPostgres postgres;

  @BeforeAll
  static void makeSchema() {
    database = TestDatabase.create();
    postgres = OpenPostgres.ready(database);
  }

  @AfterAll
  static void close() {
    postgres.close();
  }

  @BeforeEach
  void empty() {
    database.execute(
        "TRUNCATE ml_learning.agent_decisions, ml_learning.agent_feedback,"
            + " ml_learning.decision_sources, ml_learning.removed_decisions");
  }

  @Test
  void missesNothingWhereEachNumberHasARow() {
    store("a", 0, 1, 3);
    store("a", 1, 4, 4);
    assertThat(completeness(0, 60))
        .containsExactly(minute("a", 0, 1, 3, 3, 0), minute("a", 1, 4, 4, 1, 0));
    assertThat(completeness(1, 2).get(0).ratio()).isEqualTo(1);
    assertThat(completeness(2, 60)).isEmpty();
  }

  @Test
  void countsAGapInTheMinuteOfTheNextDecision() {
    store("a", 0, 1, 2);
    store("a", 1, 6, 6);
    store("a", 2, 9, 10);
    assertThat(completeness(0, 60))
        .containsExactly(
            minute("a", 0, 1, 2, 2, 0), minute("a", 1, 3, 6, 1, 3), minute("a", 2, 7, 10, 2, 2));
    assertThat(completeness(2, 3).get(0).ratio()).isEqualTo(0.5);
    assertThat(gaps()).isEqualTo("a 3-5,a 7-8");
  }

  @Test
  void missesTheFirstNumbersOfAProcess() {
    store("a", 0, 4, 5);
    assertThat(completeness(0, 1)).containsExactly(minute("a", 0, 1, 5, 2, 3));
  }

  @Test
  void tellsProcessesApart() {
    store("a", 0, 1, 1);
    store("b", 0, 2, 2);
    store("a", 0, 2, 2);
    assertThat(completeness(0, 1))
        .containsExactly(minute("a", 0, 1, 2, 2, 0), minute("b", 0, 1, 2, 1, 1));
  }

  @Test
  void givesEachSpanItsShareWhateverTheOrderOfTimes() {
    Random random = new Random(20_240_301);
    int highest = 400;
    int stored = 0;
    for (int number = 1; number <= highest; number++) {
      if (number == highest || random.nextDouble() < 0.8) {
        store("a", random.nextInt(10), number, number);
        stored++;
      }
    }
    long missing = 0;
    for (int from = 0; from < 10; ) {
      int to = Math.min(10, from + 1 + random.nextInt(3));
      missing += completeness(from, to).stream().mapToLong(DecisionCompleteness::missing).sum();
      from = to;
    }
    assertThat(missing).isEqualTo(highest - stored).isPositive();
    assertThat(completeness(0, 10)).extracting(DecisionCompleteness::minute).isSorted();
  }

  @Test
  void missesTheEndThatAProcessKnewOfOnceItWasClosedOrFellSilent() {
    store("closed", 0, 1, 2);
    store("silent", 0, 1, 2);
    store("alive", 0, 1, 2);
    said("closed", 5, true, "'2024-03-01 12:03:30Z'");
    said("silent", 4, false, "'2024-03-01 12:03:30Z'");
    said("alive", 9, false, "now()");
    assertThat(completeness(3, 4))
        .containsExactly(minute("closed", 3, 3, 5, 0, 3), minute("silent", 3, 3, 4, 0, 2));
    assertThat(database.count("ml_learning.missing_decisions WHERE source = 'alive'")).isZero();
    store("silent", 1, 3, 4); // what it had spooled
    assertThat(completeness(3, 4)).extracting(DecisionCompleteness::source).containsOnly("closed");
  }

  @Test
  void doesNotMissWhatExpired() {
    store("a", 0, 1, 10);
    store("a", 60, 11, 12);
    store("a", 0, 13, 13); // a replay
    store("a", 61, 15, 15);
    store("old", 0, 1, 3);
    database.execute(
        "INSERT INTO ml_learning.agent_feedback"
            + " (feedback_id, decision_id, kind, reward, observed_at, source)"
            + " SELECT gen_random_uuid(), decision_id, 'click', 1, decided_at, source"
            + " FROM ml_learning.agent_decisions");
    database.execute(
        "INSERT INTO ml_learning.agent_activations (decision_id, activated_at, source)"
            + " SELECT decision_id, decided_at, source FROM ml_learning.agent_decisions");
    String drop = "SELECT ml_learning.drop_decisions_before('2024-03-01 12:30Z')";
    assertThat(database.text(drop)).isEqualTo("14");
    assertThat(database.text(drop)).isEqualTo("0");
    assertThat(database.count("ml_learning.agent_feedback")).isEqualTo(3);
    assertThat(database.count("ml_learning.agent_activations")).isEqualTo(3);
    assertThat(completeness(0, 120))
        .containsExactly(minute("a", 60, 11, 12, 2, 0), minute("a", 61, 14, 15, 1, 1));
    store("a", 0, 5, 5); // a late replay, which then expires again
    assertThat(completeness(0, 1)).containsExactly(minute("a", 0, 5, 5, 1, 0));
    assertThat(database.text(drop)).isEqualTo("1");
    assertThat(gaps()).isEqualTo("a 14-14");
  }

  @Test
  void doesNotMissWhatTheLongestOfTheRangesBeforeAGapCovers() {
    removed("a", 1, 10);
    removed("a", 5, 5);
    store("a", 0, 6, 6); // a late replay
    store("a", 1, 13, 13);
    assertThat(gaps()).isEqualTo("a 11-12");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void missesExactlyTheNumbersThatNeitherARowNorARangeHas(long seed) {
    Random random = new Random(seed);
    for (String source : List.of("a", "b")) {
      BitSet missing = new BitSet();
      missing.set(1, 101);
      for (int i = 0; i < 1 + random.nextInt(12); i++) {
        int first = 1 + random.nextInt(100);
        int last = Math.min(100, first + random.nextInt(random.nextBoolean() ? 4 : 60));
        if (removed(source, first, last)) {
          missing.clear(first, last + 1);
        }
      }
      for (int number = 1; number <= 100; number++) {
        if (number == 100 || random.nextInt(4) == 0) {
          store(source, random.nextInt(5), number, number);
          missing.clear(number);
        }
      }
      assertThat(
              database.text(
                  """
                  SELECT n FROM ml_learning.missing_decisions('-infinity', 'infinity') m,
                    generate_series(m.first_number, m.last_number) n
                  WHERE m.source = '%s' ORDER BY n"""
                      .formatted(source)))
          .as("missing of %s by seed %s", source, seed)
          .isEqualTo(missing.stream().mapToObj(Integer::toString).collect(joining(",")));
    }
  }

  @Test
  void countsTheSameOnPartitions() {
    database.execute(
        """
        BEGIN;
        ALTER TABLE ml_learning.agent_decisions RENAME TO whole;
        CREATE TABLE ml_learning.agent_decisions (LIKE ml_learning.whole INCLUDING ALL)
          PARTITION BY RANGE (decided_at);
        CREATE TABLE ml_learning.early PARTITION OF ml_learning.agent_decisions
          FOR VALUES FROM ('2024-03-01') TO ('2024-03-01 12:01Z');
        CREATE TABLE ml_learning.late PARTITION OF ml_learning.agent_decisions DEFAULT;
        COMMIT""");
    try {
      store("a", 0, 1, 2);
      store("a", 1, 5, 5);
      store("a", 0, 4, 4);
      assertThat(completeness(1, 2)).containsExactly(minute("a", 1, 5, 5, 1, 0));
      assertThat(completeness(0, 1)).containsExactly(minute("a", 0, 1, 4, 3, 1));
    } finally {
      database.execute(
          "BEGIN; DROP TABLE ml_learning.agent_decisions;"
              + " ALTER TABLE ml_learning.whole RENAME TO agent_decisions; COMMIT");
    }
  }

  private static void store(String source, int minute, int first, int last) {
    database.execute(
        """
        INSERT INTO ml_learning.agent_decisions (decision_id, decided_at, agent, mode, model,
          model_version, action, propensity, source, source_sequence)
        SELECT gen_random_uuid(), timestamptz '%s' + %d * interval '1 minute', 'ranker', 'LIVE', '',
          '', 'a', 1, '%s', n FROM generate_series(%d, %d) n
        """
            .formatted(NOON, minute, source, first, last));
  }

  /** False where another range begins at the same number, which then stays. */
  private static boolean removed(String source, int first, int last) {
    return database
        .text(
            "INSERT INTO ml_learning.removed_decisions (source, first_number, last_number)"
                + " VALUES ('%s', %d, %d) ON CONFLICT DO NOTHING RETURNING source"
                    .formatted(source, first, last))
        .equals(source);
  }

  private static void said(String source, int numbered, boolean closed, String at) {
    database.execute(
        "INSERT INTO ml_learning.decision_sources (source, numbered, closed, seen_at)"
            + " VALUES ('%s', %d, %s, %s)".formatted(source, numbered, closed, at));
  }

  private static List<DecisionCompleteness> completeness(int fromMinute, int toMinute) {
    return postgres
        .part(DecisionReader.class)
        .completeness(DecisionQuery.between(at(fromMinute), at(toMinute)));
  }

  private static String gaps() {
    return database.text(
        "SELECT source || ' ' || first_number || '-' || last_number"
            + " FROM ml_learning.missing_decisions('-infinity', 'infinity') ORDER BY 1");
  }

  private static DecisionCompleteness minute(
      String source, int minute, long first, long last, long stored, long missing) {
    return new DecisionCompleteness(source, at(minute), first, last, stored, missing);
  }

  private static Instant at(int minute) {
    return NOON.plus(Duration.ofMinutes(minute));
  }
}
