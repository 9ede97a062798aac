package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.testing.Await;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Consumers on a real Redis that hangs, dies or is emptied, with handlers that fail and processes
 * that are killed: every accepted event is handled or becomes a dead letter, and none is lost in
 * between.
 */
class EventConsumerFaultIT extends RedisFaults {
  private static final String GROUP = "ml-processors";
  private static final ConsumerOptions EAGER =
      ConsumerOptions.builder()
          .block(Duration.ofMillis(100))
          .maxAttempts(3)
          .backoff(Duration.ofMillis(10), Duration.ofMillis(40))
          .claimAfter(Duration.ofSeconds(30))
          .build();

  @Test
  void handlesEveryEventThatWasAcceptedWhileTheServerHungAndDied() {
    Set<UUID> handled = ConcurrentHashMap.newKeySet();
    ml.events().consume(GROUP, EAGER, batch -> batch.forEach(one -> handled.add(one.event().id())));
    EventProducer producer = new EventProducer(ml.events());
    HostThreads host = HostThreads.start(2, producer);
    host.awaitCalls(200);
    redis.stop();
    host.awaitCalls(200);
    redis.cont();
    host.awaitCalls(200);
    redis.kill();
    host.awaitCalls(200);
    redis.restart();
    host.awaitCalls(200);
    host.stopUnharmed();
    assertThat(ml.events().flush(Duration.ofSeconds(60))).isTrue();
    Await.until(
        "all accepted events are handled",
        () -> handled.containsAll(producer.answers().accepted()));
    Await.until("all are acknowledged", () -> pending() == 0);
    assertThat(handled).hasSize(producer.answers().acceptedCount());
  }

  @Test
  void deadLettersAnEventThatAlwaysFailsWithItsCauseWhileOthersFlow() {
    AtomicInteger attempts = new AtomicInteger();
    Set<UUID> handled = ConcurrentHashMap.newKeySet();
    EventProducer producer = new EventProducer(ml.events());
    EventConsumer consumer =
        ml.events()
            .consume(
                GROUP,
                EAGER,
                batch -> {
                  if (batch.stream().anyMatch(one -> one.event().type().equals("bad"))) {
                    attempts.incrementAndGet();
                    throw new IllegalArgumentException("this payload\ncannot be learned from");
                  }
                  batch.forEach(one -> handled.add(one.event().id()));
                });
    List<UUID> good = new ArrayList<>();
    good.add(producer.publish("good").id());
    Event bad = producer.publish("bad");
    good.add(producer.publish("good").id());
    Await.until("the bad one is given up", () -> consumer.progress().deadLettered() == 1);
    Await.until("the others are handled", () -> handled.containsAll(good));
    Await.until("all are acknowledged", () -> pending() == 0);

    assertThat(attempts).hasValueGreaterThanOrEqualTo(EAGER.maxAttempts());
    assertThat(
            new Sql(postgres)
                .column(
                    "SELECT cause || ' / ' || attempts FROM ml_learning.dead_letters"
                        + " WHERE origin = ? AND subject_id = ?",
                    GROUP,
                    bad.id().toString()))
        .singleElement()
        .asString()
        .contains("IllegalArgumentException: this payload cannot be learned from")
        .endsWith(" / " + EAGER.maxAttempts());
  }

  @Test
  void acknowledgesNothingWhileDeadLettersHaveNowhereToGo() {
    Event bad = Event.of("bad", "item-1");
    EventConsumer consumer =
        ml.events()
            .consume(
                GROUP,
                EAGER,
                batch -> {
                  throw new AssertionError("always fails");
                });
    postgres.kill();
    ml.events().publish(bad);
    Await.until(
        "all attempts are used up", () -> consumer.progress().failures() >= EAGER.maxAttempts());
    assertThat(ml.events().flush(Duration.ofSeconds(30))).isTrue();
    assertThat(pending()).isEqualTo(1);
    assertThat(consumer.progress().deadLettered()).isZero();
    postgres.restart();
    Await.until("it is a dead letter", () -> consumer.progress().deadLettered() == 1);
    Await.until("it is acknowledged", () -> pending() == 0);
    assertThat(
            new Sql(postgres)
                .number(
                    "SELECT count(*) FROM ml_learning.dead_letters WHERE subject_id = ?",
                    bad.id().toString()))
        .isEqualTo(1);
  }

  @Test
  void takesOverWhatAKilledProcessLeftBehind() throws Exception {
    EventProducer producer = new EventProducer(ml.events());
    for (int i = 0; i < 50; i++) {
      producer.make();
    }
    assertThat(ml.events().flush(Duration.ofSeconds(30))).isTrue();
    killAConsumerInItsHandler();
    assertThat(pending()).isEqualTo(50);

    Set<UUID> handled = ConcurrentHashMap.newKeySet();
    EventConsumer heir =
        ml.events()
            .consume(
                GROUP,
                EAGER.toBuilder().claimAfter(Duration.ofMillis(500)).build(),
                batch -> batch.forEach(one -> handled.add(one.event().id())));
    Await.until("all are handled", () -> handled.equals(producer.answers().accepted()));
    Await.until("all are acknowledged", () -> pending() == 0);
    assertThat(heir.progress().claimed()).isEqualTo(50);
    assertThat(heir.progress().redelivered()).isEqualTo(50);
  }

  @Test
  void makesItsGroupAgainAfterTheServerWasEmptied() {
    Set<UUID> handled = ConcurrentHashMap.newKeySet();
    ml.events().consume(GROUP, EAGER, batch -> batch.forEach(one -> handled.add(one.event().id())));
    EventProducer producer = new EventProducer(ml.events());
    UUID first = producer.publish("before").id();
    Await.until("the first is handled", () -> handled.contains(first));
    redis("FLUSHALL");
    UUID second = producer.publish("after").id();
    Await.until("the second is handled", () -> handled.contains(second));
    try (RespClient client = new RespClient(redis)) {
      Object group = ((List<?>) client.call("XINFO", "GROUPS", STREAM)).get(0);
      assertThat(RespClient.field(group, "name")).isEqualTo(GROUP);
    }
  }

  private void killAConsumerInItsHandler() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            HangingConsumer.class.getName(),
            GROUP);
    builder
        .environment()
        .putAll(
            Map.of(
                "ML_INFRA_SERVICE", "victim",
                "ML_INFRA_REDIS_URL", redis.url(),
                "ML_INFRA_REDIS_PASSWORD_FILE", redis.passwordFile().toString(),
                "ML_INFRA_POSTGRES_URL", postgres.jdbcUrl(),
                "ML_INFRA_POSTGRES_USER", postgres.user(),
                "ML_INFRA_POSTGRES_PASSWORD_FILE", postgres.passwordFile().toString()));
    Process victim = builder.redirectErrorStream(true).start();
    try (BufferedReader output = victim.inputReader()) {
      List<String> said = new ArrayList<>();
      for (String line = output.readLine();
          line != null && !line.equals(HangingConsumer.TOOK);
          line = output.readLine()) {
        said.add(line);
      }
      assertThat(victim.isAlive()).as("%s", said).isTrue();
    } finally {
      victim.destroyForcibly().waitFor();
    }
  }

  private static long pending() {
    try (RespClient client = new RespClient(redis)) {
      return (Long) ((List<?>) client.call("XPENDING", STREAM, GROUP)).get(0);
    }
  }
}
