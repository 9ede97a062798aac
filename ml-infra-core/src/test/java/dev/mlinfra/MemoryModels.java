package dev.mlinfra;

import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** The truth, the pointers and the mirror in memory, each of which can be taken down. */
final class MemoryModels implements ModelStore, ModelPointers, ModelMirror {
  final Map<String, ModelVersion> pointers = new HashMap<>();
  final List<String> mirrorCalls = new CopyOnWriteArrayList<>();
  volatile boolean storeDown;
  volatile boolean pointersDown;
  volatile boolean mirrorDown;
  volatile int refusedVersion;
  volatile Runnable beforeNextPoint = () -> {};
  private final List<ModelVersion> versions = new ArrayList<>();
  private final List<Promotion> promotions = new ArrayList<>();
  private final Set<Promotion> mirroredPromotions = new HashSet<>();

  @Override
  public synchronized Registered register(NewModel model) {
    fail(storeDown);
    Optional<ModelVersion> known =
        versions(model.name()).stream()
            .filter(v -> v.artifact().sha256().equals(model.artifact().sha256()))
            .findFirst();
    ModelVersion version =
        known.orElseGet(
            () ->
                new ModelVersion(
                    model.name(),
                    versions(model.name()).size() + 1,
                    model.artifact(),
                    model.metrics(),
                    model.tags(),
                    Instant.EPOCH,
                    Optional.empty()));
    if (known.isEmpty()) {
      versions.add(version);
    }
    return new Registered(version, known.isEmpty());
  }

  @Override
  public synchronized Promotion promote(
      String name, int version, String alias, String by, String reason) {
    fail(storeDown);
    if (versions(name).size() < version) {
      throw new ConflictException("version was not registered; register it");
    }
    Promotion promotion = new Promotion(name, alias, version, by, reason, Instant.EPOCH);
    promotions.add(promotion);
    return promotion;
  }

  @Override
  public synchronized Optional<ModelVersion> current(String name, String alias) {
    fail(storeDown);
    return promotions.stream()
        .filter(p -> p.name().equals(name) && p.alias().equals(alias))
        .reduce((first, second) -> second)
        .map(p -> versions(name).get(p.version() - 1));
  }

  @Override
  public synchronized List<ModelVersion> versions(String name) {
    fail(storeDown);
    return versions.stream().filter(v -> v.name().equals(name)).toList();
  }

  @Override
  public synchronized List<Promotion> history(String name) {
    return List.copyOf(promotions);
  }

  @Override
  public synchronized List<ModelVersion> unmirrored(int limit) {
    fail(storeDown);
    return versions.stream().filter(v -> v.mirror().isEmpty()).limit(limit).toList();
  }

  @Override
  public synchronized void mirrored(ModelVersion version, ModelVersion.Mirrored mirrored) {
    versions.replaceAll(
        v ->
            v.equals(version)
                ? new ModelVersion(
                    v.name(),
                    v.version(),
                    v.artifact(),
                    v.metrics(),
                    v.tags(),
                    v.createdAt(),
                    Optional.of(mirrored))
                : v);
  }

  @Override
  public synchronized List<Promotion> unmirroredPromotions(int limit) {
    return promotions.stream().filter(p -> !mirroredPromotions.contains(p)).limit(limit).toList();
  }

  @Override
  public synchronized void mirrored(Promotion promotion) {
    mirroredPromotions.add(promotion);
  }

  @Override
  public synchronized void point(String alias, ModelVersion version) {
    fail(pointersDown);
    Runnable meanwhile = beforeNextPoint;
    beforeNextPoint = () -> {};
    meanwhile.run();
    pointers.put(version.name() + "/" + alias, version);
  }

  @Override
  public synchronized Optional<ModelVersion> find(String name, String alias) {
    fail(pointersDown);
    return Optional.ofNullable(pointers.get(name + "/" + alias));
  }

  @Override
  public synchronized ModelVersion.Mirrored mirror(ModelVersion version) {
    fail(mirrorDown);
    if (version.version() == refusedVersion) {
      throw new CorruptDataException("version was refused by the test");
    }
    mirrorCalls.add("version " + version.version());
    return new ModelVersion.Mirrored("run" + version.version(), "" + version.version());
  }

  @Override
  public synchronized void mirror(Promotion promotion, ModelVersion.Mirrored mirrored) {
    fail(mirrorDown);
    mirrorCalls.add(promotion.alias() + " " + mirrored.version());
  }

  private static void fail(boolean down) {
    if (down) {
      throw new UnavailableException("it was taken down by the test");
    }
  }
}
