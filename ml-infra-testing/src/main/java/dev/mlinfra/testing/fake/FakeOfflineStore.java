package dev.mlinfra.testing.fake;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps every row that was ever known, ordered by event time and then by known time. */
final class FakeOfflineStore implements OfflineStore {
  private record Key(String entity, Instant eventTime, Instant knownAt) {}

  private record Definition(String view, long schemaHash) {}

  /** The rows of one entity: by event time, then by known time. */
  private static final class History extends TreeMap<Instant, TreeMap<Instant, PackedRow>> {
    private static final long serialVersionUID = 1L;
  }

  private final Faulty faulty;
  private final Object lock = new Object();
  private final Map<String, Map<String, History>> views = new HashMap<>();
  private final Map<Definition, String> definitions = new HashMap<>();

  FakeOfflineStore(Faulty faulty) {
    this.faulty = faulty;
  }

  @Override
  public int append(FeatureView view, List<PackedRow> rows) {
    return faulty.call(new Call(Part.OFFLINE_STORE, rows, true), () -> add(view, rows));
  }

  @Override
  public List<Optional<PackedRow>> asOf(FeatureView view, List<AsOf> spine) {
    return faulty.call(
        Part.OFFLINE_STORE,
        () -> {
          synchronized (lock) {
            Map<String, History> entities = views.getOrDefault(view.name(), Map.of());
            return spine.stream()
                .map(
                    question ->
                        known(entities.get(question.entity()), question.at(), question.at()))
                .toList();
          }
        });
  }

  @Override
  public void latest(FeatureView view, Consumer<PackedRow> reader) {
    List<PackedRow> newest =
        faulty.call(
            Part.OFFLINE_STORE,
            () -> {
              synchronized (lock) {
                return views.getOrDefault(view.name(), Map.of()).values().stream()
                    .map(history -> history.lastEntry().getValue().lastEntry().getValue())
                    .toList();
              }
            });
    newest.forEach(reader);
  }

  @Override
  public Optional<String> definition(String view, long schemaHash) {
    return faulty.call(
        Part.OFFLINE_STORE,
        () -> {
          synchronized (lock) {
            return Optional.ofNullable(definitions.get(new Definition(view, schemaHash)));
          }
        });
  }

  /** The row of one entity that was known at a time, and until another. */
  Optional<PackedRow> known(String view, AsOf question, Instant until) {
    Instant last = question.at().isBefore(until) ? question.at() : until;
    synchronized (lock) {
      Map<String, History> entities = views.getOrDefault(view, Map.of());
      return known(entities.get(question.entity()), question.at(), last);
    }
  }

  /** How many rows are stored. */
  long rows() {
    synchronized (lock) {
      return views.values().stream()
          .flatMap(entities -> entities.values().stream())
          .flatMap(history -> history.values().stream())
          .mapToLong(Map::size)
          .sum();
    }
  }

  private int add(FeatureView view, List<PackedRow> rows) {
    Map<Key, PackedRow> lastOfEach = new LinkedHashMap<>();
    rows.forEach(r -> lastOfEach.put(new Key(r.entity(), r.eventTime(), r.knownAt()), r));
    List<PackedRow> ordered = new ArrayList<>(lastOfEach.values());
    ordered.sort(Comparator.comparing(PackedRow::knownAt));
    synchronized (lock) {
      definitions.putIfAbsent(new Definition(view.name(), view.schemaHash()), view.definition());
      Map<String, History> entities = views.computeIfAbsent(view.name(), v -> new HashMap<>());
      int added = 0;
      for (PackedRow row : ordered) {
        added += add(entities.computeIfAbsent(row.entity(), e -> new History()), row);
      }
      return added;
    }
  }

  private static int add(History history, PackedRow row) {
    TreeMap<Instant, PackedRow> known =
        history.computeIfAbsent(row.eventTime(), time -> new TreeMap<>());
    Map.Entry<Instant, PackedRow> before = known.floorEntry(row.knownAt());
    if (before != null && sameValues(before.getValue(), row)) {
      return 0;
    }
    known.put(row.knownAt(), row);
    return 1;
  }

  private static boolean sameValues(PackedRow one, PackedRow other) {
    return one.schemaHash() == other.schemaHash() && Arrays.equals(one.packed(), other.packed());
  }

  private static Optional<PackedRow> known(@Nullable History history, Instant at, Instant knownAt) {
    if (history == null) {
      return Optional.empty();
    }
    return history.headMap(at, true).descendingMap().values().stream()
        .map(known -> known.floorEntry(knownAt))
        .filter(found -> found != null)
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
