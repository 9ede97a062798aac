package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingTelemetry;
import dev.mlinfra.testing.fake.Call;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the host is promised, whatever store and telemetry do. */
class ShadowContractTest {
  private static final int THREADS = 4;
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(2))
          .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
          .closeTimeout(Duration.ofSeconds(1))
          .build();

  private static final String POISON = "poison";

  private final FakeInfra fake = FakeInfra.create();

  @Test
  void addsUpAtEveryInstantWhileTheStoreFailsAtRandom() {
    fake.before(Part.DECISION_SINK, call -> failOneIn(3));
    fake.after(Part.DECISION_SINK, call -> failOneIn(4));
    try (MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(7).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "random");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(THREADS, producer);
      host.awaitCalls(3_000);
      host.stopUnharmed();
      settle(ml, checker, producer);
      assertThat(ml.decisions().ledger().duplicates()).isPositive();
    }
  }

  @Test
  void storesTheNeighboursOfAPoisonRowAndParksItWithItsCause() {
    fake.before(Part.DECISION_SINK, ShadowContractTest::refusePoison);
    try (MlInfra ml = connect(QUICK.toBuilder().linger(Duration.ofMillis(200)).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "neighbours");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      Set<UUID> poison = new HashSet<>();
      for (int i = 0; i < 500; i++) {
        if (i == 0 || i == 250 || i == 251 || i == 499) {
          poison.add(producer.log(POISON).id());
        } else {
          producer.log("item-" + i);
        }
      }
      settle(ml, checker, producer);
      assertThat(parkedIds()).containsExactlyInAnyOrderElementsOf(poison);
      assertThat(fake.deadLetters())
          .extracting(DeadLetter::cause)
          .containsOnly("row was refused; correct it");
      assertThat(ml.decisions().ledger().stored()).isEqualTo(496);
    }
  }

  @Test
  void keepsAPoisonRowUntilItCanBeParked() {
    fake.before(Part.DECISION_SINK, ShadowContractTest::refusePoison);
    fake.fail(Part.DEAD_LETTERS);
    try (MlInfra ml = connect(QUICK)) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "unparkable");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      producer.log(POISON);
      producer.log("item-1");
      assertThat(ml.decisions().flush(Duration.ofMillis(50))).isFalse();
      assertThat(ml.decisions().ledger().buffered()).isPositive();
      fake.heal();
      settle(ml, checker, producer);
      assertThat(parkedIds()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        AssertionError.class,
        StackOverflowError.class,
        NoClassDefFoundError.class,
        NullPointerException.class
      })
  void outlivesAStoreThatThrowsAnything(Class<? extends Throwable> kind) {
    AtomicInteger left = new AtomicInteger(5);
    fake.before(
        Part.DECISION_SINK,
        call -> {
          if (left.getAndDecrement() > 0) {
            throwIt(kind);
          }
        });
    try (MlInfra ml = connect(QUICK)) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "anything");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(THREADS, producer);
      host.awaitCalls(200);
      host.stopUnharmed();
      settle(ml, checker, producer);
      assertThat(left).hasNonPositiveValue();
    }
  }

  @Test
  void storesWhatItTookFromAHostThatRanOutOfStack() throws InterruptedException {
    try (MlInfra ml = connect(BufferOptions.defaults())) {
      Decision decision = Decision.by("deep").action("a").build();
      assertThat(ml.decisions().log(decision).accepted()).isTrue(); // all classes are there
      for (int round = 0; round < 150; round++) { // each runs out a few bytes elsewhere
        Thread host =
            new Thread(
                null, () -> logWithoutStack(ml.decisions(), decision), "deep", 160_000 + 8 * round);
        host.start();
        host.join();
      }
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.buffered()).isZero();
      assertThat(ledger.stored()).isPositive();
    }
  }

  /**
   * Goes down until there is no stack, and offers with ever a little more of it on the way up,
   * until it is enough: a few times only, since what is compiled needs its stack at once.
   */
  @SuppressWarnings("InfiniteRecursion") // it ends where the stack does
  private static boolean logWithoutStack(DecisionLog log, Decision decision) {
    boolean answered = false;
    try {
      answered = logWithoutStack(log, decision);
    } catch (StackOverflowError expected) {
      // on the way up
    }
    try {
      return answered || log.log(decision) != null;
    } catch (StackOverflowError expected) {
      return false;
    }
  }

  @Test
  void storesEverythingUnderATelemetryThatThrowsErrors() {
    try (MlInfra ml = connect(QUICK, new BrokenTelemetry())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "telemetry");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(THREADS, producer);
      host.awaitCalls(200);
      host.stopUnharmed();
      settle(ml, checker, producer);
      assertThat(ml.decisions().ledger().parked()).isZero();
    }
  }

  @Test
  void countsEachDropWhenItsRowsAreFull() {
    CountDownLatch opened = new CountDownLatch(1);
    fake.before(Part.DECISION_SINK, call -> await(opened));
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedRows(256).maxBatchRows(64).build())) {
      DecisionProducer producer = new DecisionProducer(ml.decisions(), "rows");
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      HostThreads host = HostThreads.start(THREADS, producer);
      Await.until("ten times the buffer is offered", () -> producer.answers().total() > 10 * 256);
      assertThat(ml.decisions().ledger().buffered()).isBetween(256L, 256L + 2 * 64);
      opened.countDown();
      host.stopUnharmed();
      settle(ml, checker, producer);
      assertThat(producer.answers().count(Status.DROPPED_FULL)).isPositive();
    }
  }

  @Test
  void holdsNoMoreBytesThanItMay() {
    CountDownLatch opened = new CountDownLatch(1);
    fake.before(Part.DECISION_SINK, call -> await(opened));
    RecordingTelemetry meters = new RecordingTelemetry();
    long most = 1 << 20;
    String large = "x".repeat(40_000);
    try (MlInfra ml = connect(QUICK.toBuilder().maxQueuedBytes(most).build(), meters)) {
      Answers answers = new Answers();
      LedgerChecker checker = new LedgerChecker(ml.decisions()::ledger);
      for (int i = 0; i < 200; i++) {
        Decision decision =
            Decision.by("bytes").action("item-" + i).context("payload", large).build();
        answers.note(decision.id(), ml.decisions().log(decision));
        assertThat(meters.value(dev.mlinfra.telemetry.Instrument.BUFFER_BYTES, "decision"))
            .isLessThanOrEqualTo(most);
      }
      assertThat(answers.acceptedCount()).isBetween(20, 27);
      opened.countDown();
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();
      checker.settle(answers, decisionIds(), parkedIds());
    }
  }

  @Test
  void storesTheVectorAsItWasAtTheCall() {
    CountDownLatch opened = new CountDownLatch(1);
    fake.before(Part.DECISION_SINK, call -> await(opened));
    try (MlInfra ml = connect(QUICK)) {
      float[] vector = {1, 2, 3};
      Decision decision = Decision.by("mutating").action("a").features(vector).build();
      assertThat(ml.decisions().log(decision).accepted()).isTrue();
      vector[0] = 99;
      decision.features()[1] = 99;
      opened.countDown();
      assertThat(ml.decisions().flush(Duration.ofSeconds(30))).isTrue();

      assertThat(fake.decisions()).hasSize(1);
      assertThat(fake.decisions().get(0).features()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void letsADecisionItsFeedbackAndItsActivationShareTheirFateWhenSampling() {
    int offered = 4_000;
    try (MlInfra ml = connect(QUICK, Sampling.of(0.25))) {
      DecisionLog log = ml.decisions();
      for (int i = 0; i < offered; i++) {
        Decision decision = Decision.by("sampled").action("a").build();
        Acceptance logged = log.log(decision);
        assertThat(log.feedback(decision.id(), 1).status()).isEqualTo(logged.status());
        assertThat(log.activate(decision.id()).status()).isEqualTo(logged.status());
      }
      assertThat(log.flush(Duration.ofSeconds(30))).isTrue();

      assertThat(decisionIds())
          .containsExactlyInAnyOrderElementsOf(
              fake.feedback().stream().map(Feedback::decisionId).toList());
      assertThat(fake.rows()).allMatch(row -> row.passProbability() == 0.25);
      assertThat((double) decisionIds().size() / offered).isCloseTo(0.25, within(0.05));
      assertThat(log.ledger().balanced()).isTrue();
      assertThat(log.ledger().sampledOut() + log.ledger().stored()).isEqualTo(offered);
    }
  }

  @Test
  void closesWithinItsTimeOutsWhileTheStoreHangsAndCountsWhatIsLost() {
    CountDownLatch never = new CountDownLatch(1);
    fake.before(Part.DECISION_SINK, call -> await(never));
    MlInfra ml = connect(QUICK.toBuilder().maxBatchRows(10).build());
    DecisionLog log = ml.decisions();
    DecisionProducer producer = new DecisionProducer(log, "closing");
    HostThreads host = HostThreads.start(THREADS, producer);
    host.awaitCalls(500);
    long start = System.nanoTime();
    ml.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    host.awaitCalls(100);
    host.stopUnharmed();
    assertThat(producer.answers().count(Status.CLOSED)).isPositive();
    Await.until("the interrupted writer has ended", () -> log.ledger().buffered() == 0);
    Ledger last = log.ledger();
    assertThat(last.balanced()).isTrue();
    assertThat(last.stored()).isZero();
    assertThat(last.dropped().get(DropReason.CLOSE_TIMEOUT))
        .isEqualTo(producer.answers().acceptedCount());
  }

  @Test
  void refusesNothingnessAndGoesOn() {
    try (MlInfra ml = connect(QUICK)) {
      assertThat(ml.decisions().log(null).status()).isEqualTo(Status.REJECTED);
      assertThat(ml.decisions().feedback(null).status()).isEqualTo(Status.REJECTED);
      assertThat(ml.decisions().feedback((UUID) null, 1).status()).isEqualTo(Status.REJECTED);
      assertThat(ml.decisions().ledger().rejectedTotal()).isEqualTo(1);
      assertThat(ml.decisions().feedbackLedger().rejectedTotal()).isEqualTo(2);
    }
  }

  private void settle(MlInfra ml, LedgerChecker checker, DecisionProducer producer) {
    assertThat(ml.decisions().flush(Duration.ofSeconds(60))).as("all is settled").isTrue();
    checker.settle(producer.answers(), decisionIds(), parkedIds());
  }

  private MlInfra connect(BufferOptions options, InfraModule... more) {
    return connect(options, Sampling.all(), more);
  }

  private MlInfra connect(BufferOptions options, Sampling sampling, InfraModule... more) {
    MlInfraConfig.Builder config =
        MlInfraConfig.forService("shadow").decisions(options).sampling(sampling).install(fake);
    List.of(more).forEach(config::install);
    return MlInfra.connect(config.build());
  }

  private List<UUID> decisionIds() {
    return fake.decisions().stream().map(Decision::id).toList();
  }

  private List<UUID> parkedIds() {
    return fake.deadLetters().stream().map(l -> UUID.fromString(l.subjectId())).toList();
  }

  private static void refusePoison(Call call) {
    for (Object item : call.items()) {
      if (item instanceof LoggedRow<?> row
          && row.value() instanceof Decision decision
          && decision.action().equals(POISON)) {
        throw new CorruptDataException("row was refused; correct it");
      }
    }
  }

  private static void failOneIn(int chances) {
    if (ThreadLocalRandom.current().nextInt(chances) == 0) {
      throw new UnavailableException("store is away; try again");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted; try again", e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void throwIt(Class<? extends Throwable> kind) throws T {
    try {
      throw (T) kind.getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
