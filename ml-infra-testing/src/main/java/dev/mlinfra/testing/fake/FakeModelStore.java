package dev.mlinfra.testing.fake;

import dev.mlinfra.error.ConflictException;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Numbers versions without gaps and appends promotions. */
final class FakeModelStore implements ModelStore {
  private final Faulty faulty;
  private final HostClock clock;
  private final Object lock = new Object();
  private final List<ModelVersion> versions = new ArrayList<>();
  private final List<Promotion> promotions = new ArrayList<>();
  private final Set<Promotion> mirrored = new HashSet<>();

  FakeModelStore(Faulty faulty, HostClock clock) {
    this.faulty = faulty;
    this.clock = clock;
  }

  @Override
  public Registered register(NewModel model) {
    return call(
        () -> {
          List<ModelVersion> known = of(model.name());
          return known.stream()
              .filter(v -> v.artifact().sha256().equals(model.artifact().sha256()))
              .findFirst()
              .map(found -> new Registered(found, false))
              .orElseGet(() -> new Registered(add(model, known.size() + 1), true));
        });
  }

  @Override
  public Promotion promote(NewPromotion asked) {
    return call(
        () -> {
          if (find(asked.name(), asked.version()).isEmpty()) {
            throw new ConflictException(
                "model %s version %d was promoted to %s but is not registered; register it first"
                    .formatted(asked.name(), asked.version(), asked.alias()));
          }
          return inForce(asked.name(), asked.alias())
              .filter(promotion -> promotion.version() == asked.version())
              .orElseGet(
                  () -> {
                    Promotion added =
                        new Promotion(
                            asked.name(),
                            asked.alias(),
                            asked.version(),
                            asked.by(),
                            asked.reason(),
                            clock.micros());
                    promotions.add(added);
                    return added;
                  });
        });
  }

  @Override
  public Optional<ModelVersion> current(String name, String alias) {
    return call(() -> inForce(name, alias).flatMap(p -> find(name, p.version())));
  }

  @Override
  public List<ModelVersion> versions(String name) {
    return call(() -> of(name));
  }

  @Override
  public List<Promotion> history(String name) {
    return call(() -> promotions.stream().filter(p -> p.name().equals(name)).toList());
  }

  @Override
  public List<ModelVersion> unmirrored(int limit) {
    return call(() -> versions.stream().filter(v -> v.mirror().isEmpty()).limit(limit).toList());
  }

  @Override
  public void mirrored(ModelVersion version, ModelVersion.Mirrored where) {
    call(
        () -> {
          versions.replaceAll(
              known ->
                  known.name().equals(version.name()) && known.version() == version.version()
                      ? shown(known, where)
                      : known);
          return where;
        });
  }

  @Override
  public List<Promotion> unmirroredPromotions(int limit) {
    return call(
        () ->
            promotions.stream()
                .filter(p -> inForce(p.name(), p.alias()).filter(p::equals).isPresent())
                .filter(p -> !mirrored.contains(p))
                .filter(p -> find(p.name(), p.version()).flatMap(ModelVersion::mirror).isPresent())
                .limit(limit)
                .toList());
  }

  @Override
  public void mirrored(Promotion promotion) {
    call(() -> mirrored.add(promotion));
  }

  /** How many versions are registered. */
  long size() {
    synchronized (lock) {
      return versions.size();
    }
  }

  private <T> T call(Supplier<T> work) {
    return faulty.call(
        Part.MODEL_STORE,
        () -> {
          synchronized (lock) {
            return work.get();
          }
        });
  }

  private ModelVersion add(NewModel model, int version) {
    ModelVersion added =
        new ModelVersion(
            model.name(),
            version,
            model.artifact(),
            model.metrics(),
            model.tags(),
            clock.micros(),
            Optional.empty());
    versions.add(added);
    return added;
  }

  private List<ModelVersion> of(String name) {
    return versions.stream().filter(v -> v.name().equals(name)).toList();
  }

  private Optional<ModelVersion> find(String name, int version) {
    return of(name).stream().filter(v -> v.version() == version).findFirst();
  }

  private Optional<Promotion> inForce(String name, String alias) {
    return promotions.stream()
        .filter(p -> p.name().equals(name) && p.alias().equals(alias))
        .reduce((older, newer) -> newer);
  }

  private static ModelVersion shown(ModelVersion known, ModelVersion.Mirrored where) {
    return new ModelVersion(
        known.name(),
        known.version(),
        known.artifact(),
        known.metrics(),
        known.tags(),
        known.createdAt(),
        Optional.of(where));
  }
}
