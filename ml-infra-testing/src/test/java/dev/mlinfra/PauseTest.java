package dev.mlinfra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PauseTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(2))
          .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
          .build();

  private final FakeInfra fake = FakeInfra.create().callTimeout(Duration.ofMinutes(4));
  private final List<Boolean> firstAttempts = SinkCalls.firstAttempts(fake);
  private final AtomicInteger looks = new AtomicInteger();

  @Test
  void dropsAndCountsEveryOfferWhilePausedAndTakesThemAgainAfterwards() {
    try (MlInfra ml = connect(config())) {
      ml.pause();
      assertThat(ml.paused()).isTrue();
      assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.PAUSED);
      assertThat(ml.decisions().feedback(UUID.randomUUID(), 1)).isEqualTo(Acceptance.PAUSED);
      assertThat(ml.decisions().activate(UUID.randomUUID())).isEqualTo(Acceptance.PAUSED);
      assertThat(ml.events().publish(Event.of("t", "k"))).isEqualTo(Acceptance.PAUSED);
      for (Ledger ledger :
          List.of(
              ml.decisions().ledger(),
              ml.decisions().feedbackLedger(),
              ml.decisions().activationLedger(),
              ml.events().ledger())) {
        assertThat(ledger.dropped()).isEqualTo(Map.of(DropReason.PAUSED, 1L));
        assertThat(ledger.offered()).isEqualTo(1);
        assertThat(ledger.balanced()).isTrue();
      }
      ml.resume();
      assertThat(ml.paused()).isFalse();
      assertThat(ml.decisions().log(decision()).accepted()).isTrue();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(SinkCalls.sequences(fake)).as("the dropped one has number 1").containsExactly(2L);
    }
  }

  @Test
  void holdsWhatItAcceptedBeforeAndWritesItOnceResumed() {
    fake.hang(Part.DECISION_SINK);
    try (MlInfra ml = connect(config())) {
      ml.decisions().log(decision());
      Await.until("the first is being written", () -> !firstAttempts.isEmpty());
      IntStream.range(0, 50).forEach(i -> ml.decisions().log(decision()));
      ml.pause();
      fake.heal();
      Await.until("what was on its way ended", () -> ml.decisions().ledger().stored() == 1);
      assertThat(ml.decisions().flush(LONG)).as("gives up at once").isFalse();
      assertThat(ml.decisions().ledger().buffered()).isEqualTo(50);
      assertThat(firstAttempts).hasSize(1);
      ml.resume();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      assertThat(fake.decisions()).hasSize(51);
    }
  }

  @Test
  void writesNothingWhenItClosesWhilePausedAndCountsWhatThatLost() {
    fake.hang(Part.DECISION_SINK);
    MlInfra ml = connect(config());
    ml.decisions().log(decision());
    Await.until("the first is being written", () -> !firstAttempts.isEmpty());
    IntStream.range(0, 50).forEach(i -> ml.decisions().log(decision()));
    ml.pause();
    fake.heal();
    ml.close();
    Ledger ledger = ml.decisions().ledger();
    assertThat(ledger.dropped()).isEqualTo(Map.of(DropReason.PAUSED_AT_CLOSE, 50L));
    assertThat(ledger.stored()).isEqualTo(1);
    assertThat(ledger.balanced()).isTrue();
    assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.CLOSED);
  }

  @Test
  void balancesAtAnyInstantWhileItIsSwitchedOffAndOn() throws Exception {
    try (MlInfra ml = connect(config())) {
      Thread operator =
          new Thread(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  ml.pause();
                  Thread.onSpinWait();
                  ml.resume();
                }
              });
      operator.start();
      long paused = 0;
      for (int i = 0; i < 20_000; i++) {
        paused += ml.decisions().log(decision()).status() == Status.PAUSED ? 1 : 0;
        Ledger ledger = ml.decisions().ledger();
        assertThat(ledger.balanced()).isTrue();
        assertThat(ledger.buffered()).isNotNegative();
      }
      operator.join();
      assertThat(ml.decisions().flush(LONG)).isTrue();
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.offered()).isEqualTo(20_000);
      assertThat(ledger.dropped().getOrDefault(DropReason.PAUSED, 0L)).isEqualTo(paused);
      assertThat(fake.decisions()).hasSize((int) (20_000 - paused));
    }
  }

  @Test
  void letsConsumersRestAndGoOn() {
    AtomicInteger handled = new AtomicInteger();
    try (MlInfra ml = connect(config())) {
      ConsumerOptions options = ConsumerOptions.builder().block(Duration.ofMillis(20)).build();
      EventConsumer consumer =
          ml.events().consume("workers", options, batch -> handled.addAndGet(batch.size()));
      ml.pause();
      RecordingWiring.opened(fake)
          .part(EventBroker.class)
          .append(List.of(Event.of("t", "k")), true);
      int before = looks.get();
      Await.until("some time", () -> looks.get() > before + 2);
      assertThat(handled).hasValue(0);
      ml.resume();
      Await.until("handled", () -> consumer.progress().handled() == 1);
    }
  }

  @Test
  void obeysTheSignalOfTheOperatorsAndSaysSoInTheHealthReport() {
    try (MlInfra ml = connect(config())) {
      assertThat(ml.health().components()).isEmpty();
      fake.pause("key 'x' is 'anna: the database is moved'");
      Await.until("paused", ml::paused);
      assertThat(ml.health().components())
          .singleElement()
          .satisfies(
              health -> {
                assertThat(health.component()).isEqualTo("pause");
                assertThat(health.status()).isEqualTo(ComponentHealth.Status.DEGRADED);
                assertThat(health.detail()).contains("anna: the database is moved");
              });
      ml.resume();
      assertThat(ml.paused()).as("the key is still there").isTrue();
      fake.resume();
      Await.until("resumed", () -> !ml.paused());
    }
  }

  @Test
  void keepsTheLastKnownStateWhileTheSignalCannotBeRead() {
    fake.pause("key 'x' is 'true'");
    try (MlInfra ml = connect(config())) {
      Await.until("paused", ml::paused);
      fake.fail(Part.PAUSE_SIGNAL);
      fake.resume();
      int before = looks.get();
      Await.until("looked again", () -> looks.get() > before + 2);
      assertThat(ml.paused()).isTrue();
      fake.heal();
      Await.until("resumed", () -> !ml.paused());
      fake.fail(Part.PAUSE_SIGNAL);
      int later = looks.get();
      Await.until("looked again", () -> looks.get() > later + 2);
      assertThat(ml.paused()).isFalse();
    }
  }

  @Test
  void writesNothingBeforeTheSignalWasLookedAt() {
    CountDownLatch hang = new CountDownLatch(1);
    fake.before(
        Part.PAUSE_SIGNAL,
        call -> {
          try {
            hang.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    fake.pause("key 'x' is 'true'");
    try (MlInfra ml = connect(config())) {
      assertThat(ml.decisions().log(decision()).accepted()).isTrue();
      hang.countDown();
      Await.until("paused", ml::paused);
      assertThat(firstAttempts).isEmpty();
      assertThat(ml.decisions().ledger().buffered()).isEqualTo(1);
    }
  }

  @Test
  void startsPausedWithoutItsServersAndMakesTheSchemaWhenResumed() {
    AtomicInteger made = new AtomicInteger();
    MlInfraConfig config =
        MlInfraConfig.forService("test")
            .paused(true)
            .install(
                TestModule.of(
                    "down",
                    wiring -> {
                      wiring.provide(SchemaAdmin.class, new CountingSchema(made));
                      wiring.probe(TestModule.probe("down", ComponentHealth.Status.DOWN));
                    }))
            .build();
    try (MlInfra ml = MlInfra.connect(config).ensureSchema()) {
      assertThat(ml.paused()).isTrue();
      assertThat(made).hasValue(0);
      ml.resume();
      Await.until("made", () -> made.get() == 1);
    }
    assertThat(config.toBuilder().build().paused()).isTrue();
    Map<String, String> variables = Map.of("ML_INFRA_SERVICE", "s", "ML_INFRA_PAUSED", "true");
    assertThat(MlInfraConfig.fromVariables(variables).paused()).isTrue();
    assertThatThrownBy(
            () ->
                MlInfraConfig.fromVariables(
                    Map.of("ML_INFRA_SERVICE", "s", "ML_INFRA_PAUSED", "yes")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ML_INFRA_PAUSED was 'yes' but must be true or false");
  }

  @Test
  void obeysTheEnvironmentHoweverItIsConfigured() throws Exception {
    assertThat(stateOfAProcessWith("true")).isEqualTo("paused true");
    assertThat(stateOfAProcessWith("false")).isEqualTo("paused false");
  }

  /** What the other process runs. */
  public static void main(String[] args) {
    try (MlInfra ml = MlInfra.connect(MlInfraConfig.forService("test").build())) {
      System.out.print("paused " + ml.paused());
    }
  }

  private static String stateOfAProcessWith(String value) throws IOException, InterruptedException {
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            PauseTest.class.getName());
    java.environment().put("ML_INFRA_PAUSED", value);
    java.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = java.start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).isZero();
    return printed;
  }

  private MlInfraConfig.Builder config() {
    return MlInfraConfig.forService("test")
        .decisions(QUICK.toBuilder().maxBatchRows(10).build())
        .events(QUICK);
  }

  private MlInfra connect(MlInfraConfig.Builder config) {
    fake.before(Part.PAUSE_SIGNAL, call -> looks.incrementAndGet());
    return MlInfra.connect(
        config
            .install(
                fake.only(
                    DecisionSink.class,
                    DeadLetterStore.class,
                    EventBroker.class,
                    PauseSignal.class))
            .build());
  }

  private static Decision decision() {
    return Decision.by("agent").action("a").build();
  }

  private record CountingSchema(AtomicInteger made) implements SchemaAdmin {
    @Override
    public void ensure() {
      made.incrementAndGet();
    }

    @Override
    public void verify() {}

    @Override
    public String exportDdl() {
      return "";
    }
  }
}
