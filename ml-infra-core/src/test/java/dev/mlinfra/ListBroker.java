package dev.mlinfra;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One stream and one group in memory; hands out each entry once, and again when told to. */
final class ListBroker implements EventBroker {
  final List<Event> stream = new ArrayList<>();
  final Map<String, Entry> pending = new TreeMap<>();
  final List<Entry> toClaim = new ArrayList<>();
  final AtomicInteger textsMade = new AtomicInteger();
  volatile boolean down;
  volatile boolean closed;
  private int next;

  @Override
  public synchronized Written append(List<Event> batch, boolean firstAttempt) {
    fail();
    stream.addAll(batch);
    notifyAll();
    return new Written(batch.size(), 0);
  }

  @Override
  public Subscription subscribe(String group, String consumer) {
    return new ListSubscription();
  }

  synchronized int pendingCount() {
    return pending.size();
  }

  synchronized int handedOut() {
    return next;
  }

  private String text(Event event) {
    textsMade.incrementAndGet();
    return event.toString();
  }

  private void fail() {
    if (down) {
      throw new UnavailableException("broker was taken down by the test");
    }
  }

  private final class ListSubscription implements Subscription {
    @Override
    public List<Entry> read(int count, Duration block) {
      synchronized (ListBroker.this) {
        fail();
        if (next == stream.size()) {
          waitFor(block);
        }
        List<Entry> read = new ArrayList<>();
        while (next < stream.size() && read.size() < count) {
          Event event = stream.get(next);
          Entry entry = new Entry("%06d".formatted(next), event, () -> text(event), 1);
          pending.put(entry.id(), entry);
          read.add(entry);
          next++;
        }
        return read;
      }
    }

    @Override
    public List<Entry> claim(Duration minIdle, int count) {
      synchronized (ListBroker.this) {
        fail();
        List<Entry> claimed = List.copyOf(toClaim);
        toClaim.clear();
        claimed.forEach(entry -> pending.put(entry.id(), entry));
        return claimed;
      }
    }

    @Override
    public void ack(List<String> entryIds) {
      synchronized (ListBroker.this) {
        fail();
        entryIds.forEach(pending::remove);
      }
    }

    @Override
    public void close() {
      closed = true;
    }

    @SuppressWarnings("WaitNotInLoop") // an early return is an empty read
    private void waitFor(Duration block) {
      try {
        ListBroker.this.wait(Math.min(20, Math.max(1, block.toMillis())));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
