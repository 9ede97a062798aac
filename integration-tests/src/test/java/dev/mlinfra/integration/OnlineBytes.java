package dev.mlinfra.integration;

import dev.mlinfra.feature.AsOf;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.Wiring;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A module whose online tier lets a test see and change the stored bytes. Thread-safe. */
final class OnlineBytes implements InfraModule {
  private final Map<String, byte[]> byEntity = new ConcurrentHashMap<>();

  byte[] of(String entity) {
    return byEntity.get(entity).clone();
  }

  void replace(String entity, byte[] bytes) {
    byEntity.put(entity, bytes);
  }

  @Override
  public String name() {
    return "online-bytes";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(OnlineStore.class, new Online());
    wiring.provide(OfflineStore.class, new Nowhere());
  }

  private final class Online implements OnlineStore {
    @Override
    public int putIfNewer(FeatureView view, List<PackedRow> rows) {
      rows.forEach(row -> byEntity.put(row.entity(), row.packed()));
      return rows.size();
    }

    @Override
    public List<Optional<byte[]>> read(FeatureView view, List<String> entities, Duration budget) {
      return entities.stream().map(entity -> Optional.ofNullable(byEntity.get(entity))).toList();
    }
  }

  /** The offline tier, which these tests do not ask. */
  private static final class Nowhere implements OfflineStore {
    @Override
    public int append(FeatureView view, List<PackedRow> rows) {
      return rows.size();
    }

    @Override
    public List<Optional<PackedRow>> asOf(FeatureView view, List<AsOf> spine) {
      return spine.stream().map(question -> Optional.<PackedRow>empty()).toList();
    }

    @Override
    public void latest(FeatureView view, Consumer<PackedRow> reader) {}

    @Override
    public Optional<String> definition(String view, long schemaHash) {
      return Optional.empty();
    }
  }
}
