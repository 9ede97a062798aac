package dev.mlinfra.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.EventBroker.Entry;
import dev.mlinfra.spi.EventBroker.Subscription;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EventBroker} promises.
 *
 * @since 0.1
 */
public abstract class EventBrokerContract extends Contract {
  private static final Duration SHORT = Duration.ofMillis(20);
  private static final Duration LONG_IDLE = Duration.ofHours(1);

  private final String group = unique("group");

  /** For who extends it. */
  protected EventBrokerContract() {}

  @Test
  void deliversInTheOrderOfThePublisher() {
    try (Subscription one = caughtUp("one")) {
      List<Event> events = publish(3);

      List<Entry> got = one.read(10, SOON);
      assertThat(ids(got)).isEqualTo(ids(events));
      assertThat(got).extracting(Entry::deliveries).containsOnly(1L);
      assertThat(got.get(0).event()).usingRecursiveComparison().isEqualTo(events.get(0));
      assertThat(got.get(0).raw().get()).contains(events.get(0).key());
    }
  }

  @Test
  void givesAnEntryToOneConsumerOfAGroupOnly() {
    try (Subscription one = caughtUp("one");
        Subscription two = broker().subscribe(group, "two")) {
      List<Event> events = publish(3);

      assertThat(ids(one.read(2, SOON))).isEqualTo(ids(events.subList(0, 2)));
      assertThat(ids(two.read(9, SOON))).isEqualTo(ids(events.subList(2, 3)));
      assertThat(one.read(9, SHORT)).isEmpty();
    }
  }

  @Test
  void givesANewGroupWhatWasPublishedBefore() {
    List<Event> events = publish(2);

    try (Subscription late = broker().subscribe(unique("late"), "one")) {
      assertThat(ids(all(late))).endsWith(events.get(0).id(), events.get(1).id());
    }
  }

  @Test
  void looksForWhatAFailedAttemptHasAppended() {
    List<Event> events = new ArrayList<>(publish(3));
    Event missing = Event.of("t", "missing");
    events.add(missing);

    try (Subscription one = caughtUp("one")) {
      assertThat(broker().append(events, false)).isEqualTo(new Written(1, 3));
      assertThat(ids(one.read(9, SOON))).containsExactly(missing.id());
    }
  }

  @Test
  void handsIdleEntriesOverAndCountsTheirDeliveries() {
    try (Subscription dead = caughtUp("dead");
        Subscription heir = broker().subscribe(group, "heir")) {
      List<Event> events = publish(2);
      dead.read(9, SOON);

      assertThat(heir.claim(LONG_IDLE, 9)).isEmpty();
      List<Entry> claimed = heir.claim(Duration.ZERO, 9);
      assertThat(ids(claimed)).isEqualTo(ids(events));
      assertThat(claimed).extracting(Entry::deliveries).containsOnly(2L);
    }
  }

  @Test
  void givesAConsumerBackWhatItHadBeforeARestart() {
    List<Event> events;
    try (Subscription before = caughtUp("one")) {
      events = publish(1);
      before.read(9, SOON);
    }

    try (Subscription after = broker().subscribe(group, "one")) {
      assertThat(ids(after.claim(Duration.ZERO, 9))).isEqualTo(ids(events));
    }
  }

  @Test
  void claimsInSteps() {
    try (Subscription one = caughtUp("one")) {
      List<Event> events = publish(3);
      one.read(9, SOON);

      List<UUID> claimed = new ArrayList<>(ids(one.claim(Duration.ZERO, 2)));
      claimed.addAll(ids(one.claim(Duration.ZERO, 2)));
      assertThat(claimed).isEqualTo(ids(events));
    }
  }

  @Test
  void neverDeliversAgainWhatIsAcknowledged() {
    try (Subscription one = caughtUp("one")) {
      publish(2);
      List<Entry> got = one.read(9, SOON);
      one.ack(List.of(got.get(0).id()));

      assertThat(one.claim(Duration.ZERO, 9))
          .extracting(Entry::id)
          .containsExactly(got.get(1).id());
    }
  }

  private EventBroker broker() {
    return part(EventBroker.class);
  }

  /** A consumer whose group has handled all that earlier tests published. */
  private Subscription caughtUp(String consumer) {
    Subscription subscription = broker().subscribe(group, consumer);
    List<Entry> before = all(subscription);
    if (!before.isEmpty()) {
      subscription.ack(before.stream().map(Entry::id).toList());
    }
    return subscription;
  }

  private static List<Entry> all(Subscription subscription) {
    List<Entry> all = new ArrayList<>();
    List<Entry> some = subscription.read(100, SHORT);
    while (!some.isEmpty()) {
      all.addAll(some);
      some = subscription.read(100, SHORT);
    }
    return all;
  }

  private List<Event> publish(int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(Event.of("t", unique("key")).at(now()).field("n", Integer.toString(i)));
    }
    assertThat(broker().append(events, true)).isEqualTo(new Written(count, 0));
    return events;
  }

  private static List<UUID> ids(List<?> entries) {
    return entries.stream()
        .map(one -> one instanceof Entry entry ? Objects.requireNonNull(entry.event()) : one)
        .map(one -> ((Event) one).id())
        .toList();
  }
}
