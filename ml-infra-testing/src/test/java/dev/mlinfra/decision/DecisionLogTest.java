package dev.mlinfra.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.SinkCalls;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DecisionLogTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
          .build();

  private final FakeInfra fake = FakeInfra.create().callTimeout(Duration.ofMinutes(4));
  private final List<Boolean> firstAttempts = SinkCalls.firstAttempts(fake);

  @Test
  void storesWhatItAcceptedInOrderAndNumbersIt() {
    try (MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(10).build())) {
      List<Decision> logged = IntStream.range(0, 95).mapToObj(i -> decision("a" + i)).toList();
      logged.forEach(decision -> assertThat(ml.decisions().log(decision).accepted()).isTrue());
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).containsExactlyElementsOf(logged);
      assertThat(SinkCalls.sequences(fake))
          .containsExactlyElementsOf(LongStream.rangeClosed(1, 95).boxed().toList());
      assertThat(ml.decisions().ledger().stored()).isEqualTo(95);
      assertThat(ml.decisions().ledger().balanced()).isTrue();
    }
  }

  @Test
  void storesActivationsAsItStoresFeedbackAndCountsThemInALedgerOfTheirOwn() {
    UUID shown = UUID.randomUUID();
    try (MlInfra ml = connect(QUICK)) {
      fake.fail();
      assertThat(ml.decisions().activate(shown).accepted()).isTrue();
      assertThat(ml.decisions().activate((UUID) null).status()).isEqualTo(Status.REJECTED);
      assertThat(ml.decisions().flush(Duration.ofMillis(20))).isFalse();
      assertThat(ml.decisions().activationLedger().buffered()).isEqualTo(1);
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.activations()).extracting(Activation::decisionId).containsExactly(shown);
      Ledger ledger = ml.decisions().activationLedger();
      assertThat(ledger.stored()).isEqualTo(1);
      assertThat(ledger.rejected()).containsOnlyKeys("activation.decisionId");
      assertThat(ledger.balanced()).isTrue();
    }
  }

  @Test
  void remembersRecentDecisionsAlsoWhileTheStoreIsDown() {
    Decision prepared = decision("a").toBuilder().deferred(true).build();
    try (MlInfra ml = connect(QUICK, fake.only(RecentDecisions.class))) {
      fake.fail(Part.DECISION_SINK);
      ml.decisions().log(prepared);
      Await.until("remembered", () -> ml.history().recent(prepared.id()).isPresent());
      assertThat(fake.decisions()).isEmpty();
      assertThat(ml.history().recent(prepared.id()))
          .hasValueSatisfying(brief -> assertThat(brief.deferred()).isTrue());
      assertThat(ml.history().recent(List.of(UUID.randomUUID(), prepared.id()), LONG))
          .extracting(Optional::isPresent)
          .containsExactly(false, true);
      assertThat(ml.history().recent(List.of(), LONG)).isEmpty();
      fake.heal();
    }
  }

  @Test
  void keepsEverythingWhileTheStoreIsDownAndTriesAgainOnTheSecondRoad() {
    try (MlInfra ml = connect(QUICK)) {
      fake.fail();
      ml.decisions().log(decision("a"));
      Await.until("two attempts", () -> firstAttempts.size() >= 2);
      assertThat(ml.decisions().ledger().buffered()).isEqualTo(1);
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(firstAttempts.get(0)).isTrue();
      assertThat(firstAttempts.get(firstAttempts.size() - 1)).isFalse();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(1);
    }
  }

  @Test
  void leavesAStoreThatFailedAloneUntilItsBackOffIsOver() {
    Duration never = Duration.ofMinutes(10);
    try (MlInfra ml =
        connect(
            QUICK.toBuilder().backoff(never, never).closeTimeout(Duration.ofMillis(50)).build())) {
      fake.fail();
      ml.decisions().log(decision("a"));
      Await.until("an attempt", () -> firstAttempts.size() == 1);
      fake.heal();
      ml.decisions().log(decision("b"));
      assertThat(ml.decisions().flush(Duration.ofMillis(200))).isFalse();
      assertThat(firstAttempts).hasSize(1);
      assertThat(ml.decisions().ledger().buffered()).isEqualTo(2);
    }
  }

  @Test
  void parksTheRowThatTheStoreRefusesAndStoresItsNeighbours() {
    SinkCalls.refuse(fake, "poison");
    try (MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(64).build())) {
      for (int i = 0; i < 64; i++) {
        ml.decisions().log(decision(i == 37 ? "poison" : "a" + i));
      }
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(63).noneMatch(d -> d.action().equals("poison"));
      assertThat(fake.deadLetters()).hasSize(1);
      assertThat(fake.deadLetters().get(0).cause()).contains("refused by the test");
      assertThat(ml.decisions().ledger().parked()).isEqualTo(1);
      assertThat(ml.decisions().ledger().balanced()).isTrue();
    }
  }

  @Test
  void storesInPartsWhatIsTooMuchForTheMemoryAtOnce() {
    fake.before(
        Part.DECISION_SINK,
        call -> {
          if (call.items().size() > 5) {
            throw new OutOfMemoryError("by the test");
          }
        });
    try (MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(64).build())) {
      for (int i = 0; i < 64; i++) {
        ml.decisions().log(decision("a" + i));
      }
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).extracting(Decision::action).hasSize(64).doesNotHaveDuplicates();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(64);
    }
  }

  @Test
  void survivesAStoreThatThrowsErrors() {
    AtomicBoolean strange = new AtomicBoolean(true);
    fake.before(
        Part.DECISION_SINK,
        call -> {
          if (strange.get()) {
            throw new StackOverflowError("by the test");
          }
        });
    try (MlInfra ml = connect(QUICK)) {
      ml.decisions().log(decision("a"));
      Await.until("attempts", () -> firstAttempts.size() >= 3);
      strange.set(false);
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(1);
    }
  }

  @Test
  void dropsWhatDoesNotFitAndCountsItAndLeavesAGapInTheNumbers() {
    fake.hang(Part.DECISION_SINK);
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedRows(8).maxBatchRows(1).build())) {
      int accepted = 0;
      int dropped = 0;
      for (int i = 0; i < 100; i++) {
        Acceptance answer = ml.decisions().log(decision("a" + i));
        accepted += answer.accepted() ? 1 : 0;
        dropped += answer.status() == Status.DROPPED_FULL ? 1 : 0;
      }
      assertThat(accepted + dropped).isEqualTo(100);
      assertThat(dropped).isPositive();
      assertThat(ml.decisions().ledger().dropped())
          .isEqualTo(Map.of(DropReason.FULL, (long) dropped));
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().log(decision("last")).accepted()).isTrue();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(accepted + 1);
      assertThat(SinkCalls.sequences(fake).get(accepted)).isEqualTo(accepted + dropped + 1L);
      assertThat(new HashSet<>(SinkCalls.sequences(fake))).hasSize(accepted + 1);
    }
  }

  @Test
  void boundsWhatItHoldsInBytes() {
    fake.hang(Part.DECISION_SINK);
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedBytes(64 << 10).build())) {
      float[] vector = new float[1024];
      long accepted =
          IntStream.range(0, 100)
              .mapToObj(i -> Decision.by("agent").action("a").features(vector).build())
              .filter(d -> ml.decisions().log(d).accepted())
              .count();
      assertThat(accepted).isBetween(10L, 16L);
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().log(decision("fits again")).accepted()).isTrue();
    }
  }

  @Test
  void rejectsWhatBreaksARuleAndCountsItBySubject() {
    try (MlInfra ml = connect(QUICK)) {
      Acceptance answer =
          ml.decisions().log(Decision.by("agent").action("a").propensity(Double.NaN).build());
      assertThat(answer.status()).isEqualTo(Status.REJECTED);
      assertThat(answer.reason()).startsWith("decision.propensity was NaN but must be in (0, 1]; ");
      assertThat(ml.decisions().ledger().rejected()).isEqualTo(Map.of("decision.propensity", 1L));
      assertThat(ml.decisions().ledger().balanced()).isTrue();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // a host in another language may pass null
  void rejectsNull() {
    try (MlInfra ml = connect(QUICK)) {
      assertThat(ml.decisions().log(null).status()).isEqualTo(Status.REJECTED);
      assertThat(ml.decisions().feedback((Feedback) null).status()).isEqualTo(Status.REJECTED);
    }
  }

  @Test
  void writesWhatIsLeftWhenItCloses() {
    MlInfra ml = connect(QUICK.toBuilder().linger(LONG).build());
    IntStream.range(0, 1000).forEach(i -> ml.decisions().log(decision("a" + i)));
    ml.decisions().feedback(UUID.randomUUID(), 1.0);
    ml.close();
    assertThat(fake.decisions()).hasSize(1000);
    assertThat(fake.feedback()).hasSize(1);
    assertThat(ml.decisions().log(decision("late"))).isEqualTo(Acceptance.CLOSED);
    assertThat(ml.decisions().ledger().dropped()).isEqualTo(Map.of(DropReason.CLOSED, 1L));
    assertThat(ml.decisions().ledger().balanced()).isTrue();
  }

  @Test
  void countsWhatItCouldNotWriteBeforeTheCloseTimeout() {
    fake.fail();
    MlInfra ml = connect(QUICK.toBuilder().closeTimeout(Duration.ofMillis(50)).build());
    IntStream.range(0, 10).forEach(i -> ml.decisions().log(decision("a" + i)));
    ml.close();
    Ledger ledger = ml.decisions().ledger();
    assertThat(ledger.dropped()).isEqualTo(Map.of(DropReason.CLOSE_TIMEOUT, 10L));
    assertThat(ledger.balanced()).isTrue();
  }

  @Test
  void givesUpAFlushThatTakesTooLong() {
    fake.hang(Part.DECISION_SINK);
    try (MlInfra ml = connect(QUICK)) {
      ml.decisions().log(decision("a"));
      assertThat(ml.decisions().flush(Duration.ofMillis(20))).isFalse();
      fake.heal();
    }
  }

  @Test
  void countsARepeatedDecisionAsStoredOnce() {
    try (MlInfra ml = connect(QUICK)) {
      Decision decision = decision("a");
      ml.decisions().log(decision);
      ml.decisions().flush(LONG);
      ml.decisions().log(decision);
      ml.decisions().flush(LONG);
      assertThat(fake.decisions()).hasSize(1);
      assertThat(ml.decisions().ledger().stored()).isEqualTo(2);
      assertThat(ml.decisions().ledger().duplicates()).isEqualTo(1);
    }
  }

  @Test
  void samplesByDecisionSoThatFeedbackSharesTheFate() {
    try (MlInfra ml = connect(QUICK, Sampling.of(0.2))) {
      Set<UUID> kept = new HashSet<>();
      for (int i = 0; i < 5000; i++) {
        Decision decision = decision("a" + i);
        boolean accepted = ml.decisions().log(decision).accepted();
        assertThat(ml.decisions().feedback(decision.id(), 1).accepted()).isEqualTo(accepted);
        if (accepted) {
          kept.add(decision.id());
        }
      }
      ml.decisions().flush(LONG);
      assertThat(kept).hasSizeBetween(800, 1200);
      assertThat(fake.rows()).allMatch(row -> row.passProbability() == 0.2);
      assertThat(fake.feedback().stream().map(Feedback::decisionId).collect(Collectors.toSet()))
          .isEqualTo(kept);
      assertThat(ml.decisions().ledger().sampledOut()).isEqualTo(5000 - kept.size());
    }
  }

  @Test
  void balancesAtAnyInstantWhileThreadsLogAndTheStoreFlickers() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedRows(64).maxBatchRows(16).build())) {
      List<Future<Integer>> producers =
          IntStream.range(0, 4)
              .mapToObj(
                  t ->
                      threads.submit(
                          () -> {
                            int accepted = 0;
                            for (int i = 0; i < 3000; i++) {
                              outage(i % 100 > 90);
                              accepted +=
                                  ml.decisions().log(decision(t + "-" + i)).accepted() ? 1 : 0;
                              Ledger ledger = ml.decisions().ledger();
                              assertThat(ledger.balanced()).isTrue();
                              assertThat(ledger.buffered()).isNotNegative();
                            }
                            return accepted;
                          }))
              .toList();
      int accepted = 0;
      for (Future<Integer> producer : producers) {
        accepted += producer.get();
      }
      fake.heal();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(ml.decisions().ledger().offered()).isEqualTo(12_000);
      assertThat(fake.decisions().stream().map(Decision::id).distinct()).hasSize(accepted);
      assertThat(fake.decisions()).hasSize(accepted);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void losesNothingUncountedWhenItClosesUnderLoad() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3);
    MlInfra ml = connect(QUICK);
    CountDownLatch running = new CountDownLatch(3);
    List<Future<Integer>> producers =
        IntStream.range(0, 3)
            .mapToObj(
                t ->
                    threads.submit(
                        () -> {
                          int accepted = 0;
                          running.countDown();
                          Acceptance answer = Acceptance.ACCEPTED;
                          for (int i = 0; answer.status() != Status.CLOSED && i < 2_000_000; i++) {
                            answer = ml.decisions().log(decision("a"));
                            accepted += answer.accepted() ? 1 : 0;
                          }
                          return accepted;
                        }))
            .toList();
    running.await();
    ml.close();
    long accepted = 0;
    for (Future<Integer> producer : producers) {
      accepted += producer.get();
    }
    threads.shutdownNow();
    Ledger ledger = ml.decisions().ledger();
    assertThat(ledger.balanced()).isTrue();
    assertThat(ledger.buffered()).isZero();
    long lostAfterAnswer = ledger.dropped().getOrDefault(DropReason.CLOSE_TIMEOUT, 0L);
    assertThat(fake.decisions().size() + lostAfterAnswer).isGreaterThanOrEqualTo(accepted);
    assertThat(fake.decisions().size()).isEqualTo(ledger.stored());
  }

  @Test
  void flushesWithoutALimitOfTime() {
    try (MlInfra ml = connect(QUICK)) {
      ml.decisions().log(decision("a"));
      assertThat(ml.decisions().flush(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
      assertThat(ml.decisions().flush(Duration.ofSeconds(Long.MIN_VALUE))).isTrue();
    }
  }

  @Test
  void writesWhatIsLeftWhenAnInterruptedThreadCloses() throws Exception {
    fake.hang(Part.DECISION_SINK);
    MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(1).build());
    ml.decisions().log(decision("a"));
    Await.until("the write hangs", () -> !firstAttempts.isEmpty());
    Thread release =
        new Thread(
            () -> {
              Await.until(
                  "closing", () -> ml.decisions().log(decision("late")).status() == Status.CLOSED);
              fake.heal();
            });
    release.start();
    Thread.currentThread().interrupt();
    ml.close();
    assertThat(Thread.interrupted()).isTrue();
    release.join();
    assertThat(firstAttempts).doesNotContain(false);
    assertThat(ml.decisions().ledger().droppedTotal())
        .isEqualTo(ml.decisions().ledger().dropped().get(DropReason.CLOSED));
    assertThat(fake.decisions()).hasSize((int) ml.decisions().ledger().stored()).isNotEmpty();
  }

  private void outage(boolean down) {
    if (down) {
      fake.fail();
    } else {
      fake.heal();
    }
  }

  private MlInfra connect(BufferOptions options, InfraModule... others) {
    return connect(options, Sampling.all(), others);
  }

  private MlInfra connect(BufferOptions options, Sampling sampling, InfraModule... others) {
    MlInfraConfig.Builder config =
        MlInfraConfig.forService("test")
            .decisions(options)
            .sampling(sampling)
            .install(fake.only(DecisionSink.class, DeadLetterStore.class));
    for (InfraModule other : others) {
      config.install(other);
    }
    return MlInfra.connect(config.build());
  }

  private static Decision decision(String action) {
    return Decision.by("agent").action(action).propensity(0.5).build();
  }
}
