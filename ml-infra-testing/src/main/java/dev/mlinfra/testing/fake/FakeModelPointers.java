package dev.mlinfra.testing.fake;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.spi.ModelPointers;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers what aliases meant last. */
final class FakeModelPointers implements ModelPointers {
  private record Key(String name, String alias) {}

  private final Faulty faulty;
  private final Map<Key, ModelVersion> pointers = new ConcurrentHashMap<>();

  FakeModelPointers(Faulty faulty) {
    this.faulty = faulty;
  }

  @Override
  public void point(String alias, ModelVersion version) {
    faulty.run(
        Call.of(Part.MODEL_POINTERS, version),
        () -> pointers.put(new Key(version.name(), alias), version));
  }

  @Override
  public Optional<ModelVersion> find(String name, String alias) {
    return faulty.call(
        Part.MODEL_POINTERS, () -> Optional.ofNullable(pointers.get(new Key(name, alias))));
  }
}
