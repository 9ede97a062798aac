package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.Start;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.DropReason;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.event.Event;
import dev.mlinfra.feature.FeatureRow;
import dev.mlinfra.feature.FeatureStatus;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An operator switches a service off and on with a key. */
class PauseIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String ALL = "ml:control:paused";
  private static final String ONE = "ml:control:paused:ranker";
  private static EmbeddedStack stack;

  @BeforeAll
  static void start() {
    stack = EmbeddedStack.start();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @AfterEach
  void resume() throws IOException {
    stack.heal();
    redis("DEL " + ALL + " " + ONE);
  }

  @Test
  void aKeySwitchesTheServiceOffAndDeletingItSwitchesItOnAgain() throws IOException {
    try (MlInfra ml = connect()) {
      features(ml);
      assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.ACCEPTED);
      assertThat(ml.decisions().flush(SOON)).isTrue();
      long rows = count(ml, "agent_decisions");

      redis("SET " + ALL + " true");
      Await.until("paused", ml::paused);
      assertThat(ml.decisions().log(decision()).status()).isEqualTo(Status.PAUSED);
      assertThat(ml.decisions().feedback(decision().id(), 1).status()).isEqualTo(Status.PAUSED);
      assertThat(ml.events().publish(Event.of("t", "k")).status()).isEqualTo(Status.PAUSED);
      assertThat(features(ml)).isEqualTo(FeatureStatus.UNAVAILABLE);
      assertThat(ml.health().components())
          .filteredOn(health -> health.component().equals("pause"))
          .singleElement()
          .satisfies(health -> assertThat(health.detail()).contains(ALL, "'true'"))
          .satisfies(
              health -> assertThat(health.status()).isEqualTo(ComponentHealth.Status.DEGRADED));
      assertThat(count(ml, "agent_decisions")).isEqualTo(rows);

      redis("DEL " + ALL);
      Await.until("resumed", () -> !ml.paused());
      assertThat(features(ml)).isEqualTo(FeatureStatus.PRESENT);
      assertThat(ml.decisions().log(decision())).isEqualTo(Acceptance.ACCEPTED);
      assertThat(ml.decisions().flush(SOON)).isTrue();
      assertThat(count(ml, "agent_decisions")).isEqualTo(rows + 1);
      Ledger ledger = ml.decisions().ledger();
      assertThat(ledger.dropped()).containsOnlyKeys(DropReason.PAUSED);
      assertThat(ledger.balanced()).isTrue();
    }
  }

  @Test
  void theKeyOfAServicePausesThatServiceOnly() throws IOException {
    try (MlInfra ranker = MlInfra.connect(background("ranker"));
        MlInfra other = MlInfra.connect(background("other"))) {
      redis("SET " + ONE + " anna");
      Await.until("paused", ranker::paused);
      assertThat(other.paused()).isFalse();
      redis("SET " + ONE + " false");
      Await.until("resumed", () -> !ranker.paused());
    }
  }

  @Test
  void followsTheKeyEachTimeItIsSetAndDeleted() throws IOException {
    try (MlInfra ml = MlInfra.connect(background("ranker"))) {
      for (int i = 0; i < 5; i++) {
        redis("SET " + ALL + " true");
        Await.until("paused", ml::paused);
        redis("DEL " + ALL);
        Await.until("resumed", () -> !ml.paused());
      }
    }
  }

  @Test
  void staysPausedWhileRedisIsAwayAndGoesOnWhenItIsBackWithoutTheKey() throws IOException {
    try (MlInfra ml = connect()) {
      redis("SET " + ALL + " true");
      Await.until("paused", ml::paused);
      stack.redis().kill();
      assertThat(ml.health(SOON).healthy()).isFalse();
      assertThat(ml.paused()).isTrue();
      stack.heal();
      Await.until("resumed", () -> !ml.paused());
    }
  }

  @Test
  void aServiceThatStartsWhileTheKeyIsSetWritesNothing() throws IOException {
    redis("SET " + ALL + " true");
    try (MlInfra ml = connect()) {
      long rows = count(ml, "agent_decisions");
      for (int i = 0; i < 100; i++) {
        ml.decisions().log(decision());
      }
      Await.until("paused", ml::paused);
      assertThat(ml.decisions().flush(SOON)).isEqualTo(ml.decisions().ledger().buffered() == 0);
      assertThat(count(ml, "agent_decisions")).isEqualTo(rows);
    }
  }

  private static MlInfraConfig background(String service) {
    return stack.config(service).start(Start.BACKGROUND).build();
  }

  private static FeatureStatus features(MlInfra ml) {
    if (!ml.paused()) {
      ml.features()
          .put("user", List.of(FeatureRow.builder("u", Instant.now()).value("n", 1).build()));
    }
    return ml.features().online("user", List.of("u"), SOON).get(0).status();
  }

  private static MlInfra connect() {
    FeatureView user = FeatureView.named("user").number("n").build();
    MlInfra ml = MlInfra.connect(stack.config("ranker").view(user).build());
    try {
      return ml.ensureSchema().ensureStreams();
    } catch (RuntimeException e) {
      ml.close();
      throw e;
    }
  }

  private static void redis(String command) throws IOException {
    assertThat(RedisWire.ask(stack.redis(), command)).doesNotContain("-ERR", "-NOAUTH");
  }

  private static long count(MlInfra ml, String name) {
    return ml.inventory().stream()
        .filter(item -> item.name().equals(name))
        .mapToLong(InventoryItem::value)
        .sum();
  }

  private static Decision decision() {
    return Decision.by("ranker").action("a").build();
  }
}
