package dev.mlinfra.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.SinkCalls;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.testing.fake.FakeInfra;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecisionMaskTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final String CANARY = "anna@example.com";

  private final FakeInfra fake = FakeInfra.create();

  @Test
  void storesWhatTheMaskLeftAndRunsOnTheCallersThread() {
    List<Thread> threads = new CopyOnWriteArrayList<>();
    DecisionMask mask =
        decision -> {
          threads.add(Thread.currentThread());
          return decision.toBuilder()
              .context("page", "masked")
              .dropContext("email")
              .features()
              .build();
        };
    try (MlInfra ml = connect(mask, 1)) {
      Decision decision = decision();
      assertThat(ml.decisions().log(decision)).isEqualTo(Acceptance.ACCEPTED);
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(threads).containsOnly(Thread.currentThread());
      Decision stored = fake.decisions().get(0);
      assertThat(stored.context()).isEqualTo(Map.of("page", "masked"));
      assertThat(stored.featureCount()).isZero();
      assertThat(stored.id()).isEqualTo(decision.id());
      assertThat(stored.decidedAt()).isEqualTo(decision.decidedAt());
      assertThat(decision.context()).as("the caller's is unchanged").containsKey("email");
    }
  }

  @Test
  void leavesNoTraceOfWhatWasMaskedInADeadLetter() {
    SinkCalls.refuse(fake, "a");
    // region mask
    DecisionMask mask =
        decision -> decision.toBuilder().dropContext("email").context("page", "home").build();
    // endregion
    try (MlInfra ml = connect(mask, 1)) {
      ml.decisions().log(decision());
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.deadLetters())
          .singleElement()
          .satisfies(letter -> assertThat(letter.payload()).contains("home"))
          .satisfies(letter -> assertThat(letter.payload()).doesNotContain(CANARY));
    }
  }

  @ParameterizedTest
  @MethodSource("faultyMasks")
  void rejectsWhatAFaultyMaskDidNotMaskAndTellsNothingOfIt(UnaryOperator<Decision> faulty) {
    try (MlInfra ml = connect(faulty::apply, 1)) {
      for (int i = 0; i < 10; i++) {
        Acceptance answer = ml.decisions().log(decision());
        assertThat(answer.status()).isEqualTo(Status.REJECTED);
        assertThat(answer.reason()).startsWith("decision.mask ").doesNotContain(CANARY);
      }
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).isEmpty();
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.rejected()).isEqualTo(Map.of("decision.mask", 10L));
      assertThat(ledger.balanced()).isTrue();
    }
  }

  @SuppressWarnings("NullAway") // a host may return null all the same
  static Stream<UnaryOperator<Decision>> faultyMasks() {
    return Stream.of(
        decision -> null,
        decision -> {
          throw new IllegalStateException("cannot mask " + decision.context());
        },
        decision -> {
          throw new StackOverflowError(CANARY);
        },
        decision -> decision.toBuilder().id(DecisionIds.at(Instant.now())).build(),
        decision -> decision.toBuilder().decidedAt(Instant.EPOCH).build());
  }

  @Test
  void rejectsAMaskedDecisionThatBreaksARule() {
    try (MlInfra ml = connect(decision -> decision.toBuilder().action("").build(), 1)) {
      assertThat(ml.decisions().log(decision()).reason()).startsWith("decision.action was ");
      assertThat(ml.decisions().ledger().rejected()).containsOnlyKeys("decision.action");
    }
  }

  @Test
  void masksFeedbackToo() {
    try (MlInfra ml = connect(new LabelMask(), 1)) {
      Decision decision = decision();
      Feedback told = Feedback.of(decision.id(), 1).label(CANARY);
      assertThat(ml.decisions().feedback(told).accepted()).isTrue();
      assertThat(ml.decisions().feedback(told.kind("other")).reason())
          .isEqualTo(
              "feedback.mask threw IllegalArgumentException but must return what may be stored;"
                  + " correct the mask");
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.feedback())
          .singleElement()
          .satisfies(stored -> assertThat(stored.label()).contains("masked"))
          .satisfies(stored -> assertThat(stored.decisionId()).isEqualTo(decision.id()));
      assertThat(ml.decisions().feedbackLedger().rejected()).isEqualTo(Map.of("feedback.mask", 1L));
    }
  }

  @Test
  void isNotAskedForWhatIsSampledOutOrPaused() {
    List<Decision> seen = new CopyOnWriteArrayList<>();
    DecisionMask mask =
        decision -> {
          seen.add(decision);
          return decision;
        };
    try (MlInfra ml = connect(mask, 0.5)) {
      long kept =
          Stream.generate(DecisionMaskTest::decision)
              .limit(200)
              .filter(decision -> ml.decisions().log(decision).accepted())
              .count();
      assertThat(seen).hasSize((int) kept).hasSizeBetween(50, 150);
      ml.pause();
      Stream.generate(DecisionMaskTest::decision).limit(20).forEach(ml.decisions()::log);
      assertThat(seen).hasSize((int) kept);
      ml.resume();
    }
  }

  @Test
  void keepsEverythingElseOfADecisionThatIsRebuilt() {
    Decision decision =
        decision().toBuilder()
            .mode(DecisionMode.SHADOW)
            .model("m", "1")
            .propensity(0.5)
            .score(2)
            .baselineAction("b")
            .featureSet("f")
            .latency(Duration.ofMillis(3))
            .build();
    assertThat(decision.toBuilder().build()).usingRecursiveComparison().isEqualTo(decision);
    assertThat(decision.toBuilder().dropContext().build().context()).isEmpty();
  }

  private MlInfra connect(DecisionMask mask, double sampleRate) {
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .sampling(Sampling.of(sampleRate))
            .mask(mask)
            .install(fake.only(DecisionSink.class, DeadLetterStore.class))
            .build();
    return MlInfra.connect(config.toBuilder().build());
  }

  private static Decision decision() {
    return Decision.by("agent")
        .action("a")
        .context("page", "home of anna")
        .context("email", CANARY)
        .features(1, 2, 3)
        .build();
  }

  private static final class LabelMask implements DecisionMask {
    @Override
    public Decision mask(Decision decision) {
      return decision;
    }

    @Override
    public Feedback mask(Feedback feedback) {
      if (feedback.kind().equals("other")) {
        throw new IllegalArgumentException(feedback.label().orElse(""));
      }
      return feedback.label("masked");
    }
  }
}
