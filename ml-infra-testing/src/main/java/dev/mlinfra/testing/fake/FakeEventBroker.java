package dev.mlinfra.testing.fake;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.Written;
import java.util.List;

/** A stream in memory with consumer groups. */
final class FakeEventBroker implements EventBroker {
  private final Faulty faulty;
  private final FakeStream stream;

  FakeEventBroker(Faulty faulty, HostClock clock) {
    this.faulty = faulty;
    this.stream = new FakeStream(clock);
  }

  @Override
  public Written append(List<Event> batch, boolean firstAttempt) {
    return faulty.call(
        new Call(Part.EVENT_BROKER, batch, firstAttempt), () -> stream.append(batch, firstAttempt));
  }

  @Override
  public Subscription subscribe(String group, String consumer) {
    return new FakeSubscription(faulty, stream, group, consumer);
  }

  FakeStream stream() {
    return stream;
  }
}
