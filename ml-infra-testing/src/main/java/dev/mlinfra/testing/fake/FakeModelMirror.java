package dev.mlinfra.testing.fake;

import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Shows each version once and the alias that was pointed last. */
final class FakeModelMirror implements ModelMirror {
  private record Key(String name, String what) {}

  private final Faulty faulty;
  private final Map<Key, ModelVersion.Mirrored> runs = new ConcurrentHashMap<>();
  private final Map<Key, ModelVersion.Mirrored> aliases = new ConcurrentHashMap<>();

  FakeModelMirror(Faulty faulty) {
    this.faulty = faulty;
  }

  @Override
  public ModelVersion.Mirrored mirror(ModelVersion version) {
    String number = Integer.toString(version.version());
    return faulty.call(
        Call.of(Part.MODEL_MIRROR, version),
        () ->
            runs.computeIfAbsent(
                new Key(version.name(), number),
                key -> new ModelVersion.Mirrored("run-" + key.name() + "-" + number, number)));
  }

  @Override
  public void mirror(Promotion promotion, ModelVersion.Mirrored mirrored) {
    faulty.run(
        Call.of(Part.MODEL_MIRROR, promotion, mirrored),
        () -> aliases.put(new Key(promotion.name(), promotion.alias()), mirrored));
  }

  /** How many versions and aliases are shown. */
  long size() {
    return runs.size() + (long) aliases.size();
  }
}
