package dev.mlinfra.internal.assembly;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.feature.FeatureStore;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.history.DecisionHistory;
import dev.mlinfra.internal.artifact.MeteredArtifactStore;
import dev.mlinfra.internal.decision.BufferedDecisionLog;
import dev.mlinfra.internal.event.BufferedEventStreams;
import dev.mlinfra.internal.feature.TieredFeatureStore;
import dev.mlinfra.internal.history.StoredHistory;
import dev.mlinfra.internal.model.MirroredModelRegistry;
import dev.mlinfra.internal.pattern.MeteredPatternStore;
import dev.mlinfra.internal.privacy.Erasure;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.internal.spool.Spool;
import dev.mlinfra.internal.training.SettledTrainingSets;
import dev.mlinfra.model.ModelRegistry;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.privacy.Privacy;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.ErasureStore;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.ModelMirror;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.ModelStore;
import dev.mlinfra.spi.OfflineStore;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.telemetry.Telemetry;
import dev.mlinfra.training.TrainingSets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The clients that the installed parts allow; the assembly closes them. */
public final class Clients {
  private final Optional<BufferedDecisionLog> decisions;
  private final Optional<StoredHistory> history;
  private final Optional<SettledTrainingSets> training;
  private final Optional<Erasure> privacy;
  private final Optional<TieredFeatureStore> features;
  private final Optional<BufferedEventStreams> events;
  private final Optional<MeteredArtifactStore> artifacts;
  private final Optional<MirroredModelRegistry> models;
  private final Optional<MeteredPatternStore> patterns;

  /**
   * Makes every client whose main part is there, and starts its threads. Consumers come last and so
   * stop first, since they may use all others.
   */
  public Clients(
      Assembly parts,
      BufferOptions decisionOptions,
      Sampling sampling,
      Optional<SpoolOptions> spoolOptions,
      boolean spoolRequired,
      Optional<DecisionMask> mask,
      BufferOptions eventOptions,
      ConsumerOptions consumerOptions,
      List<FeatureView> views,
      PauseSwitch pause,
      Clock clock) {
    Telemetry telemetry = parts.telemetry();
    Optional<DeadLetterStore> deadLetters = parts.find(DeadLetterStore.class);
    Optional<OfflineStore> offline = parts.find(OfflineStore.class);
    Optional<OnlineStore> online = parts.find(OnlineStore.class);
    this.features =
        offline.isEmpty() && online.isEmpty()
            ? Optional.empty()
            : Optional.of(new TieredFeatureStore(offline, online, views, clock, pause, telemetry));
    this.artifacts =
        parts.find(ArtifactStore.class).map(store -> new MeteredArtifactStore(store, telemetry));
    this.patterns =
        parts.find(PatternStore.class).map(store -> new MeteredPatternStore(store, telemetry));
    this.models =
        parts
            .find(ModelStore.class)
            .map(
                store ->
                    new MirroredModelRegistry(
                        store,
                        parts.find(ModelPointers.class),
                        parts.find(ModelMirror.class),
                        pause,
                        telemetry))
            .map(parts::closing);
    this.decisions =
        parts
            .find(DecisionSink.class)
            .map(
                sink -> {
                  Optional<Spool> spool =
                      spoolOptions.map(
                          options ->
                              Spool.open(
                                  options,
                                  spoolRequired,
                                  decisionOptions,
                                  deadLetters,
                                  pause,
                                  telemetry));
                  return decisionLog(decisionOptions, sampling, spool, sink, parts, mask, pause);
                })
            .map(parts::closing);
    Optional<DecisionReader> stored = parts.find(DecisionReader.class);
    Optional<RecentDecisions> recent = parts.find(RecentDecisions.class);
    this.history =
        stored.isEmpty() && recent.isEmpty()
            ? Optional.empty()
            : Optional.of(new StoredHistory(stored, recent, pause));
    this.training =
        parts.find(TrainingReader.class).map(reader -> new SettledTrainingSets(reader, features));
    this.privacy =
        parts.find(ErasureStore.class).map(store -> new Erasure(store, recent, decisions, clock));
    this.events =
        parts
            .find(EventBroker.class)
            .map(
                broker ->
                    new BufferedEventStreams(
                        parts.source(),
                        eventOptions,
                        consumerOptions,
                        broker,
                        deadLetters,
                        pause,
                        telemetry))
            .map(parts::closing);
  }

  /** The decision log, if decisions can be stored. */
  public Optional<DecisionLog> decisions() {
    return decisions.map(DecisionLog.class::cast);
  }

  /** The decisions read back, if there is a store or a cache. */
  public Optional<DecisionHistory> history() {
    return history.map(DecisionHistory.class::cast);
  }

  /** The training sets, if decisions can be joined. */
  public Optional<TrainingSets> training() {
    return training.map(TrainingSets.class::cast);
  }

  /** The forgetting, if a store can. */
  public Optional<Privacy> privacy() {
    return privacy.map(Privacy.class::cast);
  }

  /** The feature store, if there is a tier. */
  public Optional<FeatureStore> features() {
    return features.map(FeatureStore.class::cast);
  }

  /** The event streams, if there is a broker. */
  public Optional<EventStreams> events() {
    return events.map(EventStreams.class::cast);
  }

  /** The artifact store, if there is one. */
  public Optional<ArtifactStore> artifacts() {
    return artifacts.map(ArtifactStore.class::cast);
  }

  /** The model registry, if there is a store for it. */
  public Optional<ModelRegistry> models() {
    return models.map(ModelRegistry.class::cast);
  }

  /** The pattern store, if there is one. */
  public Optional<PatternStore> patterns() {
    return patterns.map(PatternStore.class::cast);
  }

  private BufferedDecisionLog decisionLog(
      BufferOptions options,
      Sampling sampling,
      Optional<Spool> spool,
      DecisionSink sink,
      Assembly parts,
      Optional<DecisionMask> mask,
      PauseSwitch pause) {
    try {
      return new BufferedDecisionLog(
          options,
          sampling,
          spool,
          sink,
          parts.find(RecentDecisions.class),
          parts.find(DeadLetterStore.class),
          pause,
          mask,
          parts.telemetry());
    } catch (RuntimeException | Error e) {
      spool.ifPresent(Spool::abandon);
      throw e;
    }
  }
}
