package dev.mlinfra.testing.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.EventBroker.Entry;
import dev.mlinfra.spi.EventBroker.Subscription;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeEventsTest {
  private static final Duration NOW = Duration.ZERO;
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final OpenFake open = new OpenFake();
  private final EventBroker broker = open.part(EventBroker.class);

  @Test
  void givesEachGroupEveryEventAndEachConsumerItsShare() {
    publish("a", "b", "c");
    Subscription one = broker.subscribe("g", "one");
    Subscription two = broker.subscribe("g", "two");
    assertThat(keys(one.read(2, NOW))).containsExactly("a", "b");
    assertThat(keys(two.read(2, NOW))).containsExactly("c");
    assertThat(two.read(2, NOW)).isEmpty();
    assertThat(keys(broker.subscribe("h", "one").read(9, NOW))).containsExactly("a", "b", "c");
  }

  @Test
  void handsIdleEntriesOverAndCountsTheirDeliveries() {
    publish("a", "b");
    List<Entry> lost = broker.subscribe("g", "dead").read(9, NOW);
    assertThat(lost).extracting(Entry::deliveries).containsExactly(1L, 1L);
    Subscription heir = broker.subscribe("g", "heir");
    assertThat(heir.claim(IDLE, 9)).isEmpty();

    open.advance(IDLE);
    assertThat(heir.claim(IDLE, 9)).extracting(Entry::deliveries).containsExactly(2L, 2L);
    assertThat(heir.claim(IDLE, 9)).isEmpty();
    heir.ack(List.of(lost.get(0).id()));
    open.advance(IDLE);
    assertThat(keys(heir.claim(IDLE, 9))).containsExactly("b");
  }

  @Test
  void claimsInStepsAndStartsAgain() {
    publish("a", "b", "c");
    broker.subscribe("g", "dead").read(9, NOW);
    open.advance(IDLE);
    Subscription heir = broker.subscribe("g", "heir");
    assertThat(keys(heir.claim(IDLE, 2))).containsExactly("a", "b");
    assertThat(keys(heir.claim(IDLE, 2))).containsExactly("c");
    open.advance(IDLE);
    assertThat(keys(heir.claim(IDLE, 2))).containsExactly("a", "b");
  }

  @Test
  void keepsWhatAConsumerOwesWhenItCloses() {
    publish("a");
    Subscription consumer = broker.subscribe("g", "one");
    consumer.read(1, NOW);
    consumer.close();
    open.advance(IDLE);
    assertThat(keys(broker.subscribe("g", "one").claim(IDLE, 9))).containsExactly("a");
  }

  @Test
  void looksForEventsThatMayHaveBeenAppended() {
    Event event = Event.of("t", "a");
    assertThat(broker.append(List.of(event), true)).isEqualTo(new Written(1, 0));
    assertThat(broker.append(List.of(event, Event.of("t", "b")), false))
        .isEqualTo(new Written(1, 1));
  }

  @Test
  void wakesAReaderThatWaits() throws InterruptedException {
    Thread publisher = new Thread(() -> publish("a"));
    publisher.start();
    assertThat(keys(broker.subscribe("g", "one").read(1, Duration.ofSeconds(20))))
        .containsExactly("a");
    publisher.join();
  }

  @Test
  void keepsADeadLetterOnceNewestFirst() {
    DeadLetterStore letters = open.part(DeadLetterStore.class);
    letters.park(new DeadLetter("g", "1", "x", "first cause", 5));
    letters.park(new DeadLetter("g", "1", "x", "second cause", 6));
    letters.park(new DeadLetter("g", "2", "y", "cause", 5));
    letters.park(new DeadLetter("h", "3", "z", "cause", 5));
    assertThat(letters.list("g", 9)).extracting(DeadLetter::subjectId).containsExactly("2", "1");
    assertThat(letters.list("g", 9).get(1).cause()).isEqualTo("first cause");
    assertThat(letters.list("g", 1)).hasSize(1);
  }

  private void publish(String... keys) {
    for (String key : keys) {
      broker.append(List.of(Event.of("t", key)), true);
    }
  }

  private static List<String> keys(List<Entry> entries) {
    return entries.stream().map(entry -> entry.event().key()).toList();
  }
}
