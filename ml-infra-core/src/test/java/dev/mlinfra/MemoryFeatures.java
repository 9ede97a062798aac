package dev.mlinfra;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Both tiers in memory. */
final class MemoryFeatures implements OfflineStore, OnlineStore {
  final List<PackedRow> history = new ArrayList<>();
  final Map<String, byte[]> newest = new HashMap<>();
  final Map<Long, String> definitions = new HashMap<>();
  boolean onlineDown;

  @Override
  public int append(FeatureView view, List<PackedRow> rows) {
    history.addAll(rows);
    definitions.put(view.schemaHash(), view.definition());
    return rows.size();
  }

  @Override
  public List<Optional<PackedRow>> asOf(FeatureView view, List<AsOf> spine) {
    return spine.stream()
        .map(
            question ->
                history.stream()
                    .filter(row -> row.entity().equals(question.entity()))
                    .filter(row -> !row.eventTime().isAfter(question.at()))
                    .filter(row -> !row.knownAt().isAfter(question.at()))
                    .max(
                        Comparator.comparing(PackedRow::eventTime)
                            .thenComparing(PackedRow::knownAt)))
        .toList();
  }

  @Override
  public void latest(FeatureView view, Consumer<PackedRow> reader) {
    history.forEach(reader);
  }

  @Override
  public Optional<String> definition(String view, long schemaHash) {
    return Optional.ofNullable(definitions.get(schemaHash));
  }

  @Override
  public int putIfNewer(FeatureView view, List<PackedRow> rows) {
    fail();
    rows.forEach(row -> newest.put(row.entity(), row.packed()));
    return rows.size();
  }

  @Override
  public List<Optional<byte[]>> read(FeatureView view, List<String> entities, Duration budget) {
    fail();
    return entities.stream().map(entity -> Optional.ofNullable(newest.get(entity))).toList();
  }

  private void fail() {
    if (onlineDown) {
      throw new UnavailableException("online store was taken down by the test");
    }
  }
}
