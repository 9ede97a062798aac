package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.event.Event;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedStackIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void servesAHostAndLeavesNothing() {
    EmbeddedStack stack = EmbeddedStack.start();
    try (stack;
        MlInfra ml = connect(stack)) {
      assertThat(ml.health().components())
          .extracting(ComponentHealth::status)
          .containsOnly(Status.UP);
      ml.decisions().log(Decision.by("ranker").action("a").build());
      assertThat(ml.decisions().flush(SOON)).isTrue();
      assertThat(count(ml, "agent_decisions")).isEqualTo(1);
    }
    assertThat(stack.directory()).doesNotExist();
    stack.close();
  }

  @Test
  void findsEverythingInAKeptDirectory() {
    Path kept = folder.resolve("kept");
    try (EmbeddedStack stack = EmbeddedStack.builder().directory(kept).start();
        MlInfra ml = connect(stack)) {
      ml.decisions().log(Decision.by("ranker").action("a").build());
      ml.events().publish(Event.of("t", "k"));
      ml.artifacts().put(new ByteArrayInputStream(new byte[] {1, 2, 3}));
    }
    try (EmbeddedStack stack = EmbeddedStack.builder().directory(kept).start();
        MlInfra ml = connect(stack)) {
      assertThat(count(ml, "agent_decisions")).isEqualTo(1);
      assertThat(count(ml, "ml-learning-events")).isEqualTo(1);
      assertThat(
              ml.artifacts()
                  .find("039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"))
          .isPresent();
    }
  }

  @Test
  void losesNoAcceptedDecisionWhenItsServersAreStoppedAndKilled() {
    try (EmbeddedStack stack = EmbeddedStack.start();
        MlInfra ml = connect(stack)) {
      stack.postgres().stop();
      log(ml, 50);
      stack.postgres().kill();
      stack.redis().kill();
      log(ml, 50);
      stack.heal();
      assertThat(ml.decisions().flush(SOON)).isTrue();
      assertThat(count(ml, "agent_decisions")).isEqualTo(100);
      assertThat(ml.decisions().ledger().balanced()).isTrue();
    }
  }

  @Test
  void refusesADirectoryThatAnotherStackUses() {
    Path kept = folder.resolve("kept");
    try (EmbeddedStack stack = EmbeddedStack.builder().directory(kept).start()) {
      assertThatThrownBy(() -> EmbeddedStack.builder().directory(kept).start())
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining(kept.toString())
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid())
          .hasMessageNotContaining("\n");
      assertThat(connectedHealth(stack)).isEqualTo(Status.UP);
    }
  }

  @Test
  void keepsSandboxesApartAndEmptiesThem() {
    try (EmbeddedStack stack = EmbeddedStack.start()) {
      try (Sandbox one = stack.sandbox();
          Sandbox two = stack.sandbox();
          MlInfra mlOne = connect(one);
          MlInfra mlTwo = connect(two)) {
        log(mlOne, 1);
        mlOne.events().publish(Event.of("t", "k"));
        mlOne.artifacts().put(new ByteArrayInputStream(new byte[] {1}));
        assertThat(mlOne.decisions().flush(SOON)).isTrue();
        assertThat(mlOne.events().flush(SOON)).isTrue();
        assertThat(one.artifacts()).isNotEmptyDirectory();
        assertThat(count(mlTwo, "agent_decisions")).isZero();
        assertThat(count(mlTwo, "ml-learning-events")).isZero();
      }
      try (Sandbox again = stack.sandbox();
          MlInfra ml = connect(again)) {
        assertThat(again.jdbcUrl()).endsWith("/sandbox_1");
        assertThat(again.redisUrl()).endsWith("/1");
        assertThat(count(ml, "agent_decisions")).isZero();
        assertThat(count(ml, "ml-learning-events")).isZero();
      }
    }
  }

  @Test
  void closesASandboxAfterItsStack() {
    EmbeddedStack stack = EmbeddedStack.start();
    Sandbox sandbox = stack.sandbox();
    stack.close();
    sandbox.close();
    assertThat(stack.directory()).doesNotExist();
  }

  @Test
  void saysHowToLookAtTheDataWithoutSayingThePasswords() throws Exception {
    try (EmbeddedStack stack = EmbeddedStack.start()) {
      String text = stack.describe();
      assertThat(text)
          .contains("psql -h 127.0.0.1 -p " + stack.postgres().port())
          .contains("redis-cli -h 127.0.0.1 -p " + stack.redis().port())
          .contains(stack.artifacts().toString())
          .doesNotContain(stack.postgres().password().reveal())
          .doesNotContain(stack.redis().password().reveal());
      assertThat(Files.readString(stack.postgres().passwordFile()).strip())
          .isEqualTo(stack.postgres().password().reveal());
      assertThat(stack.toString() + stack.config())
          .doesNotContain(stack.postgres().password().reveal());
    }
  }

  private static MlInfra connect(EmbeddedStack stack) {
    return MlInfra.connect(stack.config("test").build())
        .ensureSchema()
        .ensureStreams()
        .ensureBucket();
  }

  private static MlInfra connect(Sandbox sandbox) {
    return MlInfra.connect(sandbox.config("test").build())
        .ensureSchema()
        .ensureStreams()
        .ensureBucket();
  }

  private static Status connectedHealth(EmbeddedStack stack) {
    try (MlInfra ml = connect(stack)) {
      return ml.health().components().stream()
          .map(ComponentHealth::status)
          .max(Status::compareTo)
          .orElseThrow();
    }
  }

  private static void log(MlInfra ml, int decisions) {
    for (int i = 0; i < decisions; i++) {
      assertThat(ml.decisions().log(Decision.by("ranker").action("a").build()).accepted()).isTrue();
    }
  }

  private static long count(MlInfra ml, String name) {
    return ml.inventory().stream()
        .filter(item -> item.name().contains(name))
        .mapToLong(InventoryItem::value)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + ml.inventory()));
  }
}
