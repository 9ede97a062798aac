package dev.mlinfra.testing.fake;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Keeps the newest row of each entity until its time-to-live is over. */
final class FakeOnlineStore implements OnlineStore {
  private record Key(String view, String entity) {}

  private record Value(PackedRow row, Instant until) {}

  private final Faulty faulty;
  private final HostClock clock;
  private final Object lock = new Object();
  private final Map<Key, Value> values = new HashMap<>();

  FakeOnlineStore(Faulty faulty, HostClock clock) {
    this.faulty = faulty;
    this.clock = clock;
  }

  @Override
  public int putIfNewer(FeatureView view, List<PackedRow> rows) {
    return faulty.call(new Call(Part.ONLINE_STORE, rows, true), () -> put(view, rows));
  }

  @Override
  public List<Optional<byte[]>> read(FeatureView view, List<String> entities, Duration budget) {
    return faulty.call(
        new Call(Part.ONLINE_STORE, entities, true),
        budget,
        () -> {
          synchronized (lock) {
            return entities.stream()
                .map(
                    entity ->
                        alive(new Key(view.name(), entity)).map(v -> v.row().packed().clone()))
                .toList();
          }
        });
  }

  /** How many values are alive. */
  long size() {
    synchronized (lock) {
      return values.keySet().stream().filter(key -> alive(key).isPresent()).count();
    }
  }

  private int put(FeatureView view, List<PackedRow> rows) {
    synchronized (lock) {
      int newer = 0;
      for (PackedRow row : rows) {
        Key key = new Key(view.name(), row.entity());
        Instant until = expiry(view, row);
        boolean outdated =
            alive(key).filter(v -> v.row().eventTime().isAfter(row.eventTime())).isPresent();
        if (until.isAfter(clock.instant()) && !outdated) {
          values.put(key, new Value(row, until));
          newer++;
        }
      }
      return newer;
    }
  }

  private static Instant expiry(FeatureView view, PackedRow row) {
    Duration left = Duration.between(row.eventTime(), Instant.MAX);
    return left.compareTo(view.ttl()) <= 0 ? Instant.MAX : row.eventTime().plus(view.ttl());
  }

  private Optional<Value> alive(Key key) {
    return Optional.ofNullable(values.get(key))
        .filter(value -> value.until().isAfter(clock.instant()));
  }
}
