package dev.mlinfra.internal.model;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.model.ModelRegistry;
import dev.mlinfra.model.ModelVersion;
import dev.mlinfra.model.NewModel;
import dev.mlinfra.model.NewPromotion;
import dev.mlinfra.model.Promotion;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The store holds the truth, the pointers are its cache, the mirror follows by itself. */
public final class MirroredModelRegistry implements ModelRegistry, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MirroredModelRegistry.class);
  private static final int MAX_WHO_CHARS = 128;
  private static final int MAX_REASON_CHARS = 2_000;
  private static final int MOST_REFRESHES = 10;

  private final ModelStore store;
  private final Optional<ModelPointers> pointers;
  private final Optional<MirrorReconciler> reconciler;
  private final Telemetry telemetry;
  private final Map<AliasKey, ModelVersion> lastAnswers = new ConcurrentHashMap<>();

  /** Starts the reconciler when there is a mirror. */
  public MirroredModelRegistry(
      ModelStore store,
      Optional<ModelPointers> pointers,
      Optional<ModelMirror> mirror,
      PauseSwitch pause,
      Telemetry telemetry) {
    this.store = store;
    this.pointers = pointers;
    this.telemetry = telemetry;
    this.reconciler = mirror.map(target -> new MirrorReconciler(store, target, pause, telemetry));
  }

  @Override
  public ModelVersion register(NewModel model) {
    ModelStore.Registered registered = store.register(model);
    if (registered.created()) {
      telemetry.count(Instrument.MODELS_REGISTERED, 1, model.name());
      reconciler.ifPresent(MirrorReconciler::wake);
    }
    return registered.version();
  }

  @Override
  public Promotion promote(NewPromotion asked) {
    Faults faults =
        new Faults()
            .name("promotion.model", asked.name(), NameRule.LABEL)
            .name("promotion.alias", asked.alias(), NameRule.IDENTIFIER)
            .range("promotion.version", asked.version(), 1, Integer.MAX_VALUE);
    Texts.requiredFault("promotion.by", asked.by(), MAX_WHO_CHARS).ifPresent(faults::addLine);
    Texts.requiredFault("promotion.reason", asked.reason(), MAX_REASON_CHARS)
        .ifPresent(faults::addLine);
    faults.refuseIfAny();
    Promotion promotion = store.promote(asked);
    telemetry.count(Instrument.MODELS_PROMOTED, 1, asked.name());
    refreshPointer(asked.name(), asked.alias());
    reconciler.ifPresent(MirrorReconciler::wake);
    return promotion;
  }

  @Override
  public Optional<ModelVersion> current(String name, String alias) {
    AliasKey key = new AliasKey(name, alias);
    try {
      Optional<ModelVersion> current = store.current(name, alias);
      current.ifPresentOrElse(found -> lastAnswers.put(key, found), () -> lastAnswers.remove(key));
      return current;
    } catch (MlInfraException e) {
      if (!e.retryable()) {
        throw e;
      }
      return lastKnown(key, e);
    }
  }

  @Override
  public List<ModelVersion> versions(String name) {
    return store.versions(name);
  }

  @Override
  public List<Promotion> history(String name) {
    return store.history(name);
  }

  @Override
  public boolean awaitMirror(Duration timeout) {
    return reconciler.map(mirror -> mirror.await(timeout)).orElse(true);
  }

  @Override
  public void close() {
    reconciler.ifPresent(MirrorReconciler::close);
  }

  private Optional<ModelVersion> lastKnown(AliasKey key, MlInfraException cause) {
    ModelVersion answered = lastAnswers.get(key);
    if (answered != null) {
      return Optional.of(answered);
    }
    try {
      Optional<ModelVersion> pointer =
          pointers.flatMap(cache -> cache.find(key.name(), key.alias()));
      if (pointer.isPresent()) {
        return pointer;
      }
    } catch (MlInfraException e) {
      cause.addSuppressed(e);
    }
    throw cause;
  }

  /** The pointer is a cache: what it misses now it gets with the next promotion or read-through. */
  private void refreshPointer(String name, String alias) {
    try {
      Optional<ModelVersion> shown = Optional.empty();
      Optional<ModelVersion> now = current(name, alias);
      // Somebody else may promote between the read and the write: go on until both agree.
      for (int i = 0; i < MOST_REFRESHES && !now.equals(shown); i++) {
        now.ifPresent(version -> pointers.ifPresent(cache -> cache.point(alias, version)));
        shown = now;
        now = current(name, alias);
      }
    } catch (MlInfraException e) {
      LOG.warn("model pointer {} {} was not refreshed: {}", name, alias, e.getMessage());
    }
  }

  private record AliasKey(String name, String alias) {}
}
