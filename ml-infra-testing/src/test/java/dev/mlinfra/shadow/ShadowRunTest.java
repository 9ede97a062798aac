package dev.mlinfra.shadow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.shadow.ShadowTally.Outcome;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.io.IOException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowRunTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeInfra fake = FakeInfra.create();
  private final RecordingTelemetry meters = new RecordingTelemetry();
  private final MlInfra ml =
      MlInfra.connect(
          MlInfraConfig.forService("test")
              .decisions(BufferOptions.builder().linger(Duration.ofMillis(2)).build())
              .install(fake.only(DecisionSink.class, DeadLetterStore.class, RecentDecisions.class))
              .install(meters)
              .build());

  @AfterEach
  void close() {
    ml.close();
  }

  @Test
  void logsThePrimaryAndEveryCandidateUnderOneId() {
    Queue<RecentDecision> remembered = new ConcurrentLinkedQueue<>();
    fake.after(
        Part.RECENT_DECISIONS,
        call -> call.items().forEach(item -> remembered.add((RecentDecision) item)));
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate("same", "1", ShadowRunTest::parity)
            .candidate("other", "2", n -> "odd")
            .describe((n, answer) -> Decision.by("judge").action(answer).features(n))
            .start();
    ShadowAnswer<String> decided = run.decide(4);
    assertThat(decided.answer()).isEqualTo("even");
    settle(run);
    assertThat(fake.decisions()).hasSize(3).allMatch(row -> row.id().equals(decided.id()));
    assertThat(fake.decisions()).extracting(Decision::decidedAt).doesNotHaveDuplicates();
    Decision live = find("rules");
    assertThat(live.mode()).isEqualTo(DecisionMode.LIVE);
    assertThat(live.baselineAction()).isEmpty();
    Decision other = find("other");
    assertThat(other.mode()).isEqualTo(DecisionMode.SHADOW);
    assertThat(other.agent()).isEqualTo("judge");
    assertThat(other.modelVersion()).isEqualTo("2");
    assertThat(other.action()).isEqualTo("odd");
    assertThat(other.baselineAction()).contains("even");
    assertThat(other.feature(0)).isEqualTo(4);
    assertThat(other.latency()).isPresent();
    assertThat(run.tallies())
        .containsExactly(
            new ShadowTally("same/1", Map.of(Outcome.AGREED, 1L)),
            new ShadowTally("other/2", Map.of(Outcome.DIFFERED, 1L)));
    assertThat(meters.value(Instrument.SHADOW_TURNS, "judge", "other/2", "differed")).isEqualTo(1);
    for (String decider : List.of("rules/1", "same/1", "other/2")) {
      assertThat(meters.value(Instrument.SHADOW_LATENCY, "judge", decider)).isPositive();
    }
    assertThat(remembered).extracting(RecentDecision::model).containsExactly("rules");
  }

  @Test
  void defersWhatCandidatesDecidedWithTheDecisionOfThePrimary() {
    ShadowRun<Integer, String> run =
        plan(n -> "a")
            .candidate("c", "1", n -> "b")
            .describe(
                (n, answer) ->
                    Decision.by("judge").action(answer).deferred((n == 1) == answer.equals("a")))
            .start();
    UUID prepared = run.decide(1).id();
    run.decide(2);
    settle(run);
    assertThat(fake.decisions())
        .hasSize(4)
        .allMatch(row -> row.deferred() == row.id().equals(prepared));
  }

  @Test
  void logsAPrimaryThatAnswersLaterWhenItsStageIsDone() {
    CompletableFuture<String> later = new CompletableFuture<>();
    ShadowRun<Integer, String> run =
        ml.shadow("judge")
            .<Integer, String>primaryAsync("rules", "1", n -> later)
            .candidate("c", "1", n -> "b")
            .start();
    CompletionStage<ShadowAnswer<String>> asked = run.decideAsync(1);
    settle(run);
    assertThat(fake.decisions()).isEmpty();
    later.complete("a");
    settle(run);
    assertThat(asked.toCompletableFuture().join().answer()).isEqualTo("a");
    assertThat(run.decide(2).answer()).isEqualTo("a");
    settle(run);
    assertThat(fake.decisions()).hasSize(4).extracting(Decision::action).containsOnly("a", "b");
  }

  @Test
  void wrapsACheckedExceptionOfThePrimary() {
    IOException broken = new IOException("no model file");
    ShadowRun<Integer, String> run =
        ml.shadow("judge")
            .<Integer, String>primary(
                "rules",
                "1",
                n -> {
                  throw broken;
                })
            .candidate("c", "1", n -> "b")
            .start();
    assertThatThrownBy(() -> run.decide(1))
        .isInstanceOf(UndeclaredThrowableException.class)
        .hasMessage("the primary of judge threw java.io.IOException: no model file")
        .hasCause(broken);
    settle(run);
    assertThat(fake.decisions()).isEmpty();
  }

  @Test
  void asksThePrimaryOnTheCallersThreadAndCandidatesOnTheirOwn() {
    List<String> threads = new ArrayList<>();
    ConcurrentLinkedQueue<Thread> shadows = new ConcurrentLinkedQueue<>();
    ShadowRun<Integer, String> run =
        plan(n -> {
              threads.add(Thread.currentThread().getName());
              return "a";
            })
            .candidate(
                "c",
                "1",
                n -> {
                  shadows.add(Thread.currentThread());
                  return "a";
                })
            .start();
    run.decide(1);
    settle(run);
    assertThat(threads).containsExactly(Thread.currentThread().getName());
    assertThat(shadows)
        .singleElement()
        .satisfies(thread -> assertThat(thread.getName()).startsWith("ml-infra-shadow-judge-c/1"))
        .satisfies(thread -> assertThat(thread.isDaemon()).isTrue());
  }

  @Test
  void letsThePrimarysExceptionThroughUntouchedAndAsksNoCandidate() {
    IllegalStateException thrown = new IllegalStateException("by the primary");
    AtomicInteger asked = new AtomicInteger();
    ShadowRun<Integer, String> run =
        plan(n -> {
              throw thrown;
            })
            .candidate("c", "1", n -> "a" + asked.incrementAndGet())
            .start();
    assertThatThrownBy(() -> run.decide(1)).isSameAs(thrown).hasNoSuppressedExceptions();
    settle(run);
    assertThat(asked).hasValue(0);
    assertThat(ml.decisions().ledger().offered()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        IllegalStateException.class,
        AssertionError.class,
        StackOverflowError.class,
        OutOfMemoryError.class,
        NoClassDefFoundError.class
      })
  void outlivesACandidateThatThrowsAnything(Class<? extends Throwable> kind) {
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "bad",
                "1",
                n -> {
                  throw ShadowRunTest.<RuntimeException>raise(kind);
                })
            .candidate("good", "1", ShadowRunTest::parity)
            .circuit(1_000, Duration.ofSeconds(1), Duration.ofSeconds(1))
            .start();
    for (int i = 0; i < 20; i++) {
      assertThat(run.decide(i).answer()).isEqualTo(parity(i));
    }
    settle(run);
    assertThat(run.tallies().get(0).counts()).isEqualTo(Map.of(Outcome.FAILED, 20L));
    assertThat(run.tallies().get(1).counts()).isEqualTo(Map.of(Outcome.AGREED, 20L));
    assertThat(fake.decisions()).hasSize(40);
  }

  @Test
  void interruptsACandidateThatTakesTooLongAndForgetsItsAnswer() {
    AtomicBoolean interrupted = new AtomicBoolean();
    CountDownLatch never = new CountDownLatch(1);
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "slow",
                "1",
                n -> {
                  try {
                    if (n == 0) {
                      never.await();
                    }
                  } catch (InterruptedException e) {
                    interrupted.set(true);
                  }
                  return "late";
                })
            .timeLimit(Duration.ofMillis(50))
            .start();
    run.decide(0);
    Await.until("timed out", () -> run.tallies().get(0).count(Outcome.TIMED_OUT) == 1);
    Await.until("interrupted", interrupted::get);
    run.decide(1);
    settle(run);
    assertThat(run.tallies().get(0).count(Outcome.DIFFERED)).as("its thread is free").isEqualTo(1);
    assertThat(fake.decisions()).hasSize(3);
  }

  @Test
  void skipsWhatDoesNotFitBehindACandidateThatIgnoresInterruptsAndHarmsNoOther() {
    AtomicBoolean release = new AtomicBoolean();
    ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "stuck",
                "1",
                n -> {
                  threads.add(Thread.currentThread());
                  while (!release.get()) {
                    LockSupport.parkNanos(1_000_000);
                  }
                  return "late";
                })
            .candidate("good", "1", ShadowRunTest::parity)
            .maxQueued(10)
            .timeLimit(Duration.ofMillis(20))
            .circuit(1_000, Duration.ofSeconds(1), Duration.ofSeconds(1))
            .start();
    for (int i = 0; i < 50; i++) {
      assertThat(run.decide(i).answer()).isEqualTo(parity(i));
      long turns = 1L + i;
      Await.until(
          "the good one went on", () -> run.tallies().get(1).count(Outcome.AGREED) == turns);
    }
    Await.until("timed out", () -> run.tallies().get(0).count(Outcome.TIMED_OUT) == 1);
    assertThat(run.tallies().get(0).count(Outcome.SKIPPED_FULL)).isEqualTo(39);
    assertThat(threads).as("no thread in the place of the stuck one").hasSize(1);
    release.set(true);
    settle(run);
    assertThat(total(run.tallies().get(0))).isEqualTo(50);
  }

  @Test
  void restsACandidateThatKeepsFailingAndTriesItAgain() {
    AtomicBoolean broken = new AtomicBoolean(true);
    AtomicInteger asked = new AtomicInteger();
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "bad",
                "1",
                n -> {
                  asked.incrementAndGet();
                  if (broken.get()) {
                    throw new IllegalStateException("by the test");
                  }
                  return parity(n);
                })
            .circuit(3, Duration.ofMillis(200), Duration.ofMillis(400))
            .start();
    for (int i = 0; i < 3; i++) {
      run.decide(i);
      settle(run);
    }
    run.decide(3);
    settle(run);
    ShadowTally tally = run.tallies().get(0);
    assertThat(tally.count(Outcome.FAILED) + tally.count(Outcome.SKIPPED_CIRCUIT)).isEqualTo(4);
    assertThat(tally.count(Outcome.FAILED)).isBetween(3L, 4L);
    broken.set(false);
    Await.until(
        "works again",
        () -> {
          run.decide(4);
          settle(run);
          return run.tallies().get(0).count(Outcome.AGREED) > 1;
        });
    ShadowTally after = run.tallies().get(0);
    assertThat(after.count(Outcome.SKIPPED_CIRCUIT)).isPositive();
    assertThat((long) asked.get())
        .isEqualTo(after.count(Outcome.FAILED) + after.count(Outcome.AGREED));
  }

  @Test
  void rejectsAPrimaryWhoseDescriptionFailsButReturnsItsAnswer() {
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate("c", "1", ShadowRunTest::parity)
            .describe(
                (n, answer) -> {
                  throw new StackOverflowError("by the test");
                })
            .start();
    assertThat(run.decide(2).answer()).isEqualTo("even");
    settle(run);
    assertThat(ml.decisions().ledger().rejected()).isEqualTo(Map.of("decision.action", 1L));
    assertThat(run.tallies().get(0).counts()).isEqualTo(Map.of(Outcome.FAILED, 1L));
  }

  @Test
  void asksOnlyThePrimaryWhilePausedAndAfterClose() {
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity).candidate("c", "1", ShadowRunTest::parity).start();
    ml.pause();
    assertThat(run.decide(1).answer()).isEqualTo("odd");
    assertThat(ml.decisions().ledger().dropped()).isEqualTo(Map.of(DropReason.PAUSED, 1L));
    ml.resume();
    run.close();
    run.close();
    assertThat(run.decide(2).answer()).isEqualTo("even");
    assertThat(run.tallies().get(0).counts())
        .isEqualTo(Map.of(Outcome.SKIPPED_PAUSED, 1L, Outcome.SKIPPED_CLOSED, 1L));
    try (ShadowRun<Integer, String> again =
        plan(ShadowRunTest::parity).candidate("c", "1", ShadowRunTest::parity).start()) {
      assertThat(again.decide(1).answer()).isEqualTo("odd");
    }
  }

  @Test
  void leavesNoThreadWhenMlInfraCloses() {
    CountDownLatch running = new CountDownLatch(1);
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "c",
                "1",
                n -> {
                  running.countDown();
                  LockSupport.park();
                  return "a";
                })
            .threads(2)
            .start();
    run.decide(1);
    Await.until("running", () -> running.getCount() == 0);
    ml.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .noneMatch(name -> name.startsWith("ml-infra-shadow-judge"));
    assertThat(run.decide(1).answer()).isEqualTo("odd");
  }

  @Test
  void reportsEveryFaultOfAPlanAtOnce() {
    assertThatThrownBy(
            () ->
                ml.shadow("two words")
                    .primary("", "1", ShadowRunTest::parity)
                    .candidate("c", "1", ShadowRunTest::parity)
                    .candidate("c", "1", ShadowRunTest::parity)
                    .threads(17)
                    .maxQueued(0)
                    .timeLimit(Duration.ZERO)
                    .circuit(0, Duration.ofSeconds(2), Duration.ofSeconds(1))
                    .start())
        .isInstanceOfSatisfying(
            ConfigException.class, refused -> assertThat(refused.faults()).hasSize(8));
    assertThatThrownBy(() -> plan(ShadowRunTest::parity).start())
        .hasMessageContaining("shadow.candidates was 0");
  }

  @Test
  void waitsInFlushForTheSlowTurnAlsoWhenLaterOnesAreOver() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "c",
                "1",
                n -> {
                  if (n == 0) {
                    begun.countDown();
                    await(release);
                  }
                  return "a";
                })
            .threads(2)
            .timeLimit(LONG)
            .start();
    run.decide(0);
    await(begun);
    for (int n = 1; n <= 50; n++) {
      run.decide(n);
    }
    Await.until("later ones", () -> run.tallies().get(0).count(Outcome.DIFFERED) == 50);
    assertThat(run.flush(Duration.ZERO)).isFalse();
    release.countDown();
    assertThat(run.flush(LONG)).isTrue();
    assertThat(run.tallies().get(0).count(Outcome.DIFFERED)).isEqualTo(51);
  }

  @Test
  void outlivesWhatCannotEvenSayWhatItIs() {
    ShadowRun<Integer, String> run =
        plan(ShadowRunTest::parity)
            .candidate(
                "bad",
                "1",
                n -> {
                  throw new Unspeakable();
                })
            .describe(
                (n, answer) -> {
                  if (n == 3) {
                    throw new Unspeakable();
                  }
                  return Decision.by("judge").action(answer);
                })
            .circuit(1, Duration.ofMinutes(1), Duration.ofMinutes(1))
            .start();
    run.decide(2);
    settle(run);
    assertThat(run.decide(3).answer()).isEqualTo("odd");
    settle(run);
    assertThat(run.tallies().get(0).counts())
        .isEqualTo(Map.of(Outcome.FAILED, 1L, Outcome.SKIPPED_CIRCUIT, 1L));
  }

  @Test
  void goesOnCountingWhenAComparisonIsStartedAgain() {
    for (int round = 1; round <= 2; round++) {
      try (ShadowRun<Integer, String> run =
          plan(ShadowRunTest::parity).candidate("c", "1", ShadowRunTest::parity).start()) {
        run.decide(round);
        settle(run);
      }
      assertThat(meters.value(Instrument.SHADOW_TURNS, "judge", "c/1", "agreed")).isEqualTo(round);
    }
  }

  @Test
  void refusesTheNameOfARunningComparison() {
    plan(ShadowRunTest::parity).candidate("c", "1", ShadowRunTest::parity).start();
    assertThatThrownBy(
            () -> plan(ShadowRunTest::parity).candidate("c", "1", ShadowRunTest::parity).start())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("shadow was 'judge' but must be the name of one running comparison");
  }

  @Test
  void needsAPlaceForDecisions() {
    try (MlInfra bare = MlInfra.connect(MlInfraConfig.forService("bare").build())) {
      assertThatThrownBy(() -> bare.shadow("judge"))
          .isInstanceOf(ModuleMissingException.class)
          .hasMessageContaining("add ml-infra-postgres");
    }
  }

  private static String parity(int n) {
    return n % 2 == 0 ? "even" : "odd";
  }

  private ShadowPlan<Integer, String> plan(Function<Integer, String> primary) {
    return ml.shadow("judge").primary("rules", "1", primary::apply);
  }

  private void settle(ShadowRun<?, ?> run) {
    assertThat(run.flush(LONG)).isTrue();
    assertThat(ml.decisions().flush(LONG)).isTrue();
  }

  private Decision find(String model) {
    return fake.decisions().stream().filter(d -> d.model().equals(model)).findFirst().orElseThrow();
  }

  private static long total(ShadowTally tally) {
    return tally.counts().values().stream().mapToLong(Long::longValue).sum();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X raise(Class<? extends Throwable> kind) throws X {
    try {
      throw (X) kind.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      throw new IllegalStateException("by the test");
    }
  }
}
