package dev.mlinfra.testing.fake;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.EventBroker;
import java.time.Duration;
import java.util.List;

/** One consumer of a group. */
final class FakeSubscription implements EventBroker.Subscription {
  private static final int START = -1;

  private final Faulty faulty;
  private final FakeStream stream;
  private final String group;
  private final String consumer;
  private int cursor = START;

  FakeSubscription(Faulty faulty, FakeStream stream, String group, String consumer) {
    this.faulty = faulty;
    this.stream = stream;
    this.group = group;
    this.consumer = consumer;
  }

  @Override
  public List<EventBroker.Entry> read(int count, Duration block) {
    return faulty.call(
        Part.EVENT_BROKER,
        () -> {
          try {
            return stream.read(group, consumer, count, block);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("read of " + group + " was interrupted; read again", e);
          }
        });
  }

  @Override
  public List<EventBroker.Entry> claim(Duration minIdle, int count) {
    List<EventBroker.Entry> claimed =
        faulty.call(Part.EVENT_BROKER, () -> stream.claim(group, consumer, minIdle, cursor, count));
    cursor =
        claimed.size() < count ? START : FakeStream.index(claimed.get(claimed.size() - 1).id());
    return claimed;
  }

  @Override
  public void ack(List<String> entryIds) {
    faulty.run(Part.EVENT_BROKER, () -> stream.ack(group, entryIds));
  }

  @Override
  public void close() {
    stream.leave(group, consumer);
  }
}
