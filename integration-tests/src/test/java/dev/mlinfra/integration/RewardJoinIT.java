package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingFormat;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * Decisions, feedback and activations that arrive in any order, some of them twice, on a real
 * PostgreSQL; and what a plain reader makes of the same messages.
 */
class RewardJoinIT {
  private static final int DECISIONS = 60;
  private static final int QUERIES = 8;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<RewardAggregate> AGGREGATES = List.of(RewardAggregate.values());

  /** Something that a host sends, and the oracle hears of. */
  @FunctionalInterface
  private interface Message {
    void send(DecisionLog log, RewardOracle oracle);
  }

  private static Stack stack;
  private static MlInfra ml;

  /** So that some windows are closed and others still open. */
  private final Instant start = Instant.now().minusSeconds(200).truncatedTo(ChronoUnit.SECONDS);

  @BeforeAll
  static void start() {
    stack = Servers.CHOSEN.start();
    ml =
        MlInfra.connect(
                MlInfraConfig.forService("rewards")
                    .install(
                        Postgres.at(stack.postgres().jdbcUrl())
                            .user(stack.postgres().user())
                            .password(stack.postgres().password()))
                    .build())
            .ensureSchema();
  }

  @AfterAll
  static void stop() {
    ml.close();
    stack.close();
  }

  @RepeatedTest(3)
  void agreesWithAPlainReaderAtEverySnapshot(RepetitionInfo round) {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    String agent = "agent-" + round.getCurrentRepetition();
    RewardOracle oracle = new RewardOracle();
    long repeatedBefore = repeated();
    List<Message> messages = messages(random, agent);
    Collections.shuffle(messages, random);

    deliver(messages.subList(0, messages.size() / 2), oracle, random);
    Map<TrainingSet, String> earlier = new HashMap<>();
    for (int i = 0; i < QUERIES; i++) {
      TrainingSet set = ml.training().set(query(random, agent));
      earlier.put(set, Exports.text(set, TrainingFormat.CSV));
      assertAgrees(set, oracle, seed);
    }
    deliver(messages.subList(messages.size() / 2, messages.size()), oracle, random);
    for (int i = 0; i < QUERIES; i++) {
      assertAgrees(ml.training().set(query(random, agent)), oracle, seed);
    }
    earlier.forEach(
        (set, bytes) ->
            assertThat(Exports.text(set, TrainingFormat.CSV))
                .as("-Dseed=%d the same query later, %s", seed, set.query())
                .isEqualTo(bytes));
    assertThat(repeated() - repeatedBefore)
        .as("-Dseed=%d repeats", seed)
        .isEqualTo(oracle.repeats());
  }

  private static void assertAgrees(TrainingSet set, RewardOracle oracle, long seed) {
    Instant bound = set.query().knownBefore().orElseThrow();
    List<Integer> columns =
        List.of("decision_id", "reward", "feedback_count", "window_closed", "activated_at").stream()
            .map(set.columns()::indexOf)
            .toList();
    List<String> lines = new ArrayList<>();
    Exports.text(set, TrainingFormat.CSV)
        .lines()
        .skip(1)
        .map(line -> line.split(",", -1))
        .forEach(
            cells -> lines.add(String.join(",", columns.stream().map(i -> cells[i]).toList())));
    assertThat(lines)
        .as("-Dseed=%d %s", seed, set.query())
        .containsExactlyInAnyOrderElementsOf(oracle.answers(set.query(), bound));
  }

  private static void deliver(List<Message> messages, RewardOracle oracle, Random random) {
    for (Message message : messages) {
      message.send(ml.decisions(), oracle);
      if (random.nextInt(50) == 0) {
        assertThat(ml.decisions().flush(PATIENCE)).isTrue();
      }
    }
    assertThat(ml.decisions().flush(PATIENCE)).isTrue();
  }

  private List<Message> messages(Random random, String agent) {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < DECISIONS; i++) {
      Decision decision =
          Decision.by(agent)
              .action("a")
              .decidedAt(start.plusSeconds(random.nextInt(200)))
              .deferred(random.nextInt(3) == 0)
              .build();
      messages.add(
          (log, oracle) -> {
            assertThat(log.log(decision).accepted()).isTrue();
            oracle.arrived(decision);
          });
      for (int n = random.nextInt(3); n > 0; n--) {
        messages.add(
            activation(
                Activation.of(decision.id())
                    .activatedAt(decision.decidedAt().plusSeconds(random.nextInt(100)))));
      }
      for (int n = random.nextInt(7); n > 0; n--) {
        Message given = feedback(feedback(random, decision, n));
        messages.addAll(Collections.nCopies(1 + random.nextInt(2), given));
      }
    }
    messages.add(feedback(Feedback.of(UUID.randomUUID(), 1)));
    return messages;
  }

  /** No two of a decision at the same time, whose order nobody could tell from the messages. */
  private static Feedback feedback(Random random, Decision decision, int number) {
    Instant at = decision.decidedAt().plusSeconds(random.nextInt(400) - 50);
    Feedback given =
        Feedback.of(decision.id(), random.nextInt(100) / 7.0)
            .kind(random.nextInt(3) == 0 ? "click" : "sale")
            .observedAt(at.plus(number, ChronoUnit.MICROS));
    given = random.nextInt(4) == 0 ? given.replaces(true) : given;
    return random.nextInt(4) == 0 ? given.key("message-" + random.nextInt(2)) : given;
  }

  private static Message feedback(Feedback given) {
    return (log, oracle) -> {
      assertThat(log.feedback(given).accepted()).isTrue();
      oracle.arrived(given);
    };
  }

  private static Message activation(Activation shown) {
    return (log, oracle) -> {
      assertThat(log.activate(shown).accepted()).isTrue();
      oracle.arrived(shown);
    };
  }

  private TrainingQuery query(Random random, String agent) {
    DecisionQuery decisions =
        DecisionQuery.between(start.minusSeconds(1), start.plusSeconds(1_000)).agent(agent);
    TrainingQuery query =
        TrainingQuery.of(random.nextInt(3) == 0 ? decisions.feedbackKind("sale") : decisions)
            .reward(AGGREGATES.get(random.nextInt(AGGREGATES.size())));
    query =
        random.nextInt(3) == 0 ? query : query.window(Duration.ofSeconds(1 + random.nextInt(300)));
    return random.nextBoolean() ? query.defaultReward(-random.nextInt(3)) : query;
  }

  private static long repeated() {
    return ml.decisions().feedbackLedger().duplicates()
        + ml.decisions().activationLedger().duplicates();
  }
}
