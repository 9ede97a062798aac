package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.event.Event;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.StreamAdmin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FakeInfraTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final FeatureView VIEW = FeatureView.named("user").number("clicks").build();

  private final FakeInfra fake = FakeInfra.create();

  @Test
  void servesEveryClient() throws Exception {
    try (MlInfra ml = connect()) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      ml.verifySchema();
      Decision decision = decision();
      ml.decisions().log(decision);
      ml.decisions().feedback(decision.id(), 1);
      assertThat(ml.decisions().flush(SOON)).isTrue();
      ml.features().put("user", List.of(row()));
      assertThat(ml.features().online("user", List.of("u"), SOON).get(0).status())
          .isEqualTo(FeatureStatus.PRESENT);
      CountDownLatch handled = new CountDownLatch(1);
      ml.events().consume(batch -> handled.countDown());
      ml.events().publish(Event.of("t", "k"));
      assertThat(handled.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(ml.health().components()).allMatch(c -> c.status() == Status.UP);
      assertThat(count(ml, "agent_decisions")).isEqualTo(1);
      assertThat(count(ml, "agent_feedback")).isEqualTo(1);
      assertThat(count(ml, "ml-learning-events")).isEqualTo(1);
    }
  }

  @Test
  void keepsWhatIsStoredWhenTheHostConnectsAgain() {
    try (MlInfra ml = connect()) {
      ml.decisions().log(decision());
    }
    try (MlInfra ml = connect()) {
      assertThat(count(ml, "agent_decisions")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void losesNothingThroughAFault(Fault fault) {
    try (MlInfra ml = connect()) {
      fault.strike(fake);
      for (int i = 0; i < 100; i++) {
        assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.ACCEPTED);
        assertThat(ml.events().publish(Event.of("t", "k"))).isEqualTo(Acceptance.ACCEPTED);
      }
      fake.heal();
      assertThat(ml.decisions().flush(SOON)).isTrue();
      assertThat(ml.events().flush(SOON)).isTrue();
      assertThat(ml.decisions().ledger().stored()).isEqualTo(100);
      assertThat(count(ml, "agent_decisions")).isEqualTo(100);
      assertThat(count(ml, "ml-learning-events")).isEqualTo(100);
    }
  }

  @Test
  void letsAHangingHostCloseWithinItsTimeouts() {
    MlInfra ml =
        MlInfra.connect(
            config()
                .decisions(BufferOptions.builder().closeTimeout(Duration.ofMillis(50)).build())
                .build());
    fake.hang();
    ml.decisions().log(decision());
    ml.close();
    assertThat(ml.decisions().ledger().balanced()).isTrue();
  }

  @Test
  void saysHowItIs() {
    try (MlInfra ml = connect()) {
      fake.slow(Part.MODEL_STORE, Duration.ofMillis(1));
      assertThat(ml.health().components().get(0).status()).isEqualTo(Status.DEGRADED);
      assertThat(ml.health().components().get(0).detail()).contains("MODEL_STORE");
      fake.fail();
      assertThat(ml.health().components().get(0).status()).isEqualTo(Status.DOWN);
      fake.hang(Part.PROBE);
      assertThat(ml.health(Duration.ofMillis(20)).components().get(0).status())
          .isEqualTo(Status.DOWN);
    }
  }

  @Test
  void refusesToStartFastWhileItIsDownAndStartsInTheBackground() {
    fake.fail();
    assertThatThrownBy(this::connect).isInstanceOf(UnavailableException.class);
    try (MlInfra ml = MlInfra.connect(config().start(Start.BACKGROUND).build())) {
      assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.ACCEPTED);
      fake.heal();
      assertThat(ml.decisions().flush(SOON)).isTrue();
    }
  }

  @Test
  void hangsUntilTheTimeoutAndFailsThenAndGoesOnAfterHealing() throws InterruptedException {
    OpenFake open = new OpenFake();
    StreamAdmin streams = open.part(StreamAdmin.class);
    open.fake.hang(Part.STREAM_ADMIN, Part.BUCKET_ADMIN);
    assertThatThrownBy(streams::ensure)
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("STREAM_ADMIN gave no answer within 200 ms");
    open.fake.callTimeout(SOON);
    Thread host = new Thread(open.part(BucketAdmin.class)::ensure);
    host.start();
    open.fake.heal();
    host.join(SOON.toMillis());
    assertThat(host.isAlive()).isFalse();
    streams.ensure();
  }

  @Test
  void missesItsSchemaUntilItIsMade() {
    SchemaAdmin schema = new OpenFake().part(SchemaAdmin.class);
    assertThatThrownBy(schema::verify).isInstanceOf(ConfigException.class);
    schema.ensure();
    schema.verify();
    assertThat(schema.exportDdl()).startsWith("--");
  }

  @Test
  void checksItsOptions() {
    assertThatThrownBy(() -> fake.callTimeout(Duration.ZERO)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> fake.embeddingDimensions(0)).isInstanceOf(ConfigException.class);
  }

  private MlInfra connect() {
    return MlInfra.connect(config().build());
  }

  private MlInfraConfig.Builder config() {
    return MlInfraConfig.forService("test").install(fake).view(VIEW);
  }

  private static Decision decision() {
    return Decision.by("ranker").action("a").build();
  }

  private static FeatureRow row() {
    return FeatureRow.builder("u", Instant.now()).value("clicks", 1.0).build();
  }

  private static long count(MlInfra ml, String name) {
    return ml.inventory().stream()
        .filter(item -> item.name().equals(name))
        .mapToLong(InventoryItem::value)
        .sum();
  }

  enum Fault {
    FAIL {
      @Override
      void strike(FakeInfra fake) {
        fake.fail();
      }
    },
    HANG {
      @Override
      void strike(FakeInfra fake) {
        fake.hang();
      }
    },
    LOSE_ANSWERS {
      @Override
      void strike(FakeInfra fake) {
        fake.loseAnswers();
      }
    },
    SLOW {
      @Override
      void strike(FakeInfra fake) {
        fake.slow(Part.DECISION_SINK, Duration.ofSeconds(5));
        fake.slow(Part.EVENT_BROKER, Duration.ofSeconds(5));
      }
    };

    abstract void strike(FakeInfra fake);
  }
}
