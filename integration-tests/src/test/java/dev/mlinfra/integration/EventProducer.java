package dev.mlinfra.integration;

import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventStreams;
import java.util.concurrent.ThreadLocalRandom;

/** Publishes events and remembers what it was told. Thread-safe. */
final class EventProducer implements HostThreads.Call {
  private final EventStreams events;
  private final Answers answers = new Answers();

  EventProducer(EventStreams events) {
    this.events = events;
  }

  Answers answers() {
    return answers;
  }

  @Override
  public void make() {
    publish("decision.rewarded");
  }

  Event publish(String type) {
    int item = ThreadLocalRandom.current().nextInt(80);
    Event event = Event.of(type, "item-" + item).field("reward", "1.0");
    answers.note(event.id(), events.publish(event));
    return event;
  }
}
