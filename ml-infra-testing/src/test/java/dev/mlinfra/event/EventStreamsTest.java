package dev.mlinfra.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.TestModule;
import dev.mlinfra.buffer.Acceptance.Status;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Written;
import dev.mlinfra.testing.Await;
import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.fake.FakeInfra;
import dev.mlinfra.testing.fake.Part;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventStreamsTest {
  private static final ConsumerOptions QUICK =
      ConsumerOptions.builder()
          .block(Duration.ofMillis(20))
          .backoff(Duration.ofMillis(1), Duration.ofMillis(2))
          .claimAfter(Duration.ofMillis(10))
          .maxAttempts(3)
          .build();

  private final FakeInfra fake = FakeInfra.create();
  private final Queue<Delivery> seen = new ConcurrentLinkedQueue<>();

  @Test
  void publishesInOrderAndConsumesInBatches() {
    try (MlInfra ml = connect()) {
      EventConsumer consumer = ml.events().consume("workers", QUICK, seen::addAll);
      publish(ml, 250);
      Await.until("all handled", () -> consumer.progress().handled() == 250);
      assertThat(seen.stream().map(d -> d.event().key()).toList())
          .isEqualTo(fake.events().stream().map(Event::key).toList());
      Await.until("all acknowledged", () -> fake.pending("workers") == 0);
      assertThat(ml.events().ledger().stored()).isEqualTo(250);
    }
    assertThat(fake.consumers("workers")).as("who has not left").isEmpty();
  }

  @Test
  void keepsEventsWhileTheBrokerIsDownAndReadsOnWhenItIsBack() {
    fake.fail(Part.EVENT_BROKER);
    try (MlInfra ml = connect()) {
      EventConsumer consumer = ml.events().consume("workers", QUICK, seen::addAll);
      publish(ml, 10);
      assertThat(ml.events().ledger().buffered()).isEqualTo(10);
      fake.heal();
      Await.until("all handled", () -> consumer.progress().handled() == 10);
    }
  }

  @Test
  void retriesAFailedBatchOneByOneAndParksThePoisonWithItsCause() {
    AtomicInteger textsMade = new AtomicInteger();
    EventBroker real = RecordingWiring.opened(fake).part(EventBroker.class);
    try (MlInfra ml =
        connect(
            TestModule.providing(EventBroker.class, new Counted(real, textsMade)),
            fake.only(DeadLetterStore.class))) {
      EventConsumer consumer =
          ml.events()
              .consume(
                  "workers",
                  QUICK,
                  batch -> {
                    if (batch.stream().anyMatch(d -> d.event().key().equals("e7"))) {
                      throw new IllegalArgumentException("e7 is poison");
                    }
                    seen.addAll(batch);
                  });
      publish(ml, 20);
      Await.until("one parked", () -> consumer.progress().deadLettered() == 1);
      Await.until("others handled", () -> consumer.progress().handled() == 19);
      assertThat(seen.stream().map(d -> d.event().key())).doesNotContain("e7").hasSize(19);
      assertThat(fake.deadLetters()).hasSize(1);
      assertThat(fake.deadLetters().get(0).origin()).isEqualTo("workers");
      assertThat(fake.deadLetters().get(0).cause()).contains("e7 is poison");
      assertThat(fake.deadLetters().get(0).attempts()).isEqualTo(3);
      assertThat(textsMade).as("of the parked one only").hasValue(1);
      Await.until("all acknowledged", () -> fake.pending("workers") == 0);
    }
  }

  @Test
  void acknowledgesNothingWhileDeadLettersCannotBeKept() {
    fake.fail(Part.DEAD_LETTERS);
    try (MlInfra ml = connect()) {
      EventConsumer consumer =
          ml.events()
              .consume(
                  "workers",
                  QUICK,
                  batch -> {
                    throw new StackOverflowError("by the test");
                  });
      publish(ml, 3);
      Await.until("attempts are used up", () -> consumer.progress().failures() >= 6);
      assertThat(consumer.progress().deadLettered()).isZero();
      assertThat(fake.pending("workers")).isEqualTo(3);
      fake.heal();
      Await.until("parked at last", () -> consumer.progress().deadLettered() == 3);
      Await.until("acknowledged", () -> fake.pending("workers") == 0);
    }
  }

  @Test
  void takesOverEntriesOfConsumersThatHaveGoneAndParksWhatKilledThem() {
    Event survivor = Event.of("t", "survivor");
    Event killer = Event.of("t", "killer");
    EventBroker broker = RecordingWiring.opened(fake).part(EventBroker.class);
    try (EventBroker.Subscription gone = broker.subscribe("workers", "gone")) {
      broker.append(List.of(killer), true);
      gone.read(10, Duration.ZERO);
      gone.claim(Duration.ZERO, 10);
      gone.claim(Duration.ZERO, 10);
      broker.append(List.of(survivor), true);
      fake.appendUnreadable("garbage");
      gone.read(10, Duration.ZERO);
    }
    try (MlInfra ml = connect()) {
      EventConsumer consumer = ml.events().consume("workers", QUICK, seen::addAll);
      Await.until("two parked", () -> consumer.progress().deadLettered() == 2);
      Await.until("one handled", () -> consumer.progress().handled() == 1);
      assertThat(seen).singleElement().extracting(Delivery::attempt).isEqualTo(2);
      assertThat(consumer.progress().claimed()).isEqualTo(3);
      assertThat(consumer.progress().redelivered()).isEqualTo(1);
      assertThat(fake.deadLetters())
          .extracting(letter -> letter.subjectId())
          .containsExactlyInAnyOrder(killer.id().toString(), "3-0");
      Await.until("acknowledged", () -> fake.pending("workers") == 0);
    }
  }

  @Test
  void keepsTheReasonOfARejectionInOneLine() {
    try (MlInfra ml = connect()) {
      assertThat(ml.events().publish(Event.of("t", "k").field("a\nb", "\0")).reason())
          .startsWith("event.field 'a\\u000ab' was '\\u0000' but must not contain a NUL")
          .hasLineCount(1);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // a host may pass null by mistake
  void rejectsEventsThatBreakARule() {
    try (MlInfra ml = connect()) {
      for (Event bad :
          new Event[] {
            null,
            Event.of("", "k"),
            Event.of("t", null),
            Event.of("t", "k").at(Instant.MAX),
            Event.of("t", "k").at(Instant.EPOCH.minusSeconds(1)),
            Event.of("t", "k").field("f", "a\0"),
            Event.of("t", "k").field("", "v"),
            Event.of("t", "k").field("f", "x".repeat(70_000))
          }) {
        assertThat(ml.events().publish(bad).status()).isEqualTo(Status.REJECTED);
      }
      assertThat(ml.events().ledger().rejectedTotal()).isEqualTo(8);
      assertThat(ml.events().ledger().balanced()).isTrue();
    }
  }

  @Test
  void refusesAConsumerThatCannotWork() {
    MlInfra ml = connect();
    assertThatThrownBy(
            () ->
                ml.events()
                    .consume(
                        "a{b}",
                        QUICK.toBuilder().batchSize(0).maxAttempts(0).build(),
                        seen::addAll))
        .isInstanceOfSatisfying(ConfigException.class, e -> assertThat(e.faults()).hasSize(3));
    ml.close();
    assertThatThrownBy(() -> ml.events().consume("workers", QUICK, seen::addAll))
        .isInstanceOf(ClosedException.class);
  }

  @Test
  void refusesToConsumeWithoutAPlaceForDeadLetters() {
    MlInfraConfig alone =
        MlInfraConfig.forService("test").install(fake.only(EventBroker.class)).build();
    try (MlInfra ml = MlInfra.connect(alone)) {
      assertThatThrownBy(() -> ml.events().consume("workers", QUICK, seen::addAll))
          .isInstanceOf(ModuleMissingException.class)
          .hasMessageContaining("dead letters");
    }
  }

  @Test
  @SuppressWarnings("NullAway") // a host may pass null by mistake
  void refusesAMissingHandlerBeforeItTakesEvents() {
    try (MlInfra ml = connect()) {
      assertThatThrownBy(() -> ml.events().consume("workers", QUICK, null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("handler");
    }
  }

  @Test
  void handsOutBatchesThatAHandlerCannotChange() {
    AtomicInteger refused = new AtomicInteger();
    try (MlInfra ml = connect()) {
      EventConsumer consumer =
          ml.events()
              .consume(
                  "workers",
                  QUICK,
                  batch -> {
                    try {
                      batch.clear();
                    } catch (UnsupportedOperationException e) {
                      refused.incrementAndGet();
                    }
                  });
      publish(ml, 3);
      Await.until(
          "all handled", () -> consumer.progress().handled() == 3 && fake.pending("workers") == 0);
      Await.until("counted", () -> consumer.progress().handled() == 3);
      assertThat(refused).hasPositiveValue();
    }
  }

  @Test
  void closesThoughAHandlerBlocksAndTheCloseTimeoutIsBelowAMillisecond() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (MlInfra ml = connect()) {
      EventConsumer consumer =
          ml.events()
              .consume(
                  "workers",
                  QUICK.toBuilder().closeTimeout(Duration.ofNanos(1)).build(),
                  batch -> {
                    inside.countDown();
                    never.await();
                  });
      publish(ml, 1);
      inside.await();
      Thread closer = new Thread(consumer::close);
      closer.start();
      Await.until("closed", () -> !closer.isAlive());
    }
  }

  private MlInfra connect() {
    return connect(fake.only(EventBroker.class, DeadLetterStore.class));
  }

  private static MlInfra connect(InfraModule... modules) {
    BufferOptions options =
        BufferOptions.builder()
            .linger(Duration.ofMillis(2))
            .backoff(Duration.ofMillis(1), Duration.ofMillis(5))
            .build();
    MlInfraConfig.Builder config = MlInfraConfig.forService("test").events(options);
    List.of(modules).forEach(config::install);
    return MlInfra.connect(config.build());
  }

  private static void publish(MlInfra ml, int events) {
    for (int i = 0; i < events; i++) {
      assertThat(ml.events().publish(Event.of("t", "e" + i).field("n", "" + i)).accepted())
          .isTrue();
    }
  }

  /** Counts the texts that are made of entries. */
  private record Counted(EventBroker real, AtomicInteger texts) implements EventBroker {
    @Override
    public Written append(List<Event> batch, boolean firstAttempt) {
      return real.append(batch, firstAttempt);
    }

    @Override
    public Subscription subscribe(String group, String consumer) {
      Subscription subscription = real.subscribe(group, consumer);
      return (Subscription)
          Proxy.newProxyInstance(
              Subscription.class.getClassLoader(),
              new Class<?>[] {Subscription.class},
              (proxy, method, arguments) -> {
                Object answer = method.invoke(subscription, arguments);
                return answer instanceof List<?> entries
                    ? entries.stream().map(entry -> counted((Entry) entry)).toList()
                    : answer;
              });
    }

    private Entry counted(Entry entry) {
      return new Entry(
          entry.id(),
          entry.event(),
          () -> {
            texts.incrementAndGet();
            return entry.raw().get();
          },
          entry.deliveries());
    }
  }
}
