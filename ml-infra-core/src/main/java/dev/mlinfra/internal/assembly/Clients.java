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
public record Clients(
    Optional<DecisionLog> decisions,
    Optional<DecisionHistory> history,
    Optional<TrainingSets> training,
    Optional<Privacy> privacy,
    Optional<FeatureStore> features,
    Optional<EventStreams> events,
    Optional<ArtifactStore> artifacts,
    Optional<ModelRegistry> models,
    Optional<PatternStore> patterns) {
  /**
   * Makes every client whose main part is there, and starts its threads. Consumers come last and so
   * stop first, since they may use all others.
   */
  public static Clients start(
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
    Optional<TieredFeatureStore> features =
        offline.isEmpty() && online.isEmpty()
            ? Optional.empty()
            : Optional.of(new TieredFeatureStore(offline, online, views, clock, pause, telemetry));
    Optional<ArtifactStore> artifacts =
        parts.find(ArtifactStore.class).map(store -> new MeteredArtifactStore(store, telemetry));
    Optional<PatternStore> patterns =
        parts.find(PatternStore.class).map(store -> new MeteredPatternStore(store, telemetry));
    Optional<ModelRegistry> models =
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
    Optional<BufferedDecisionLog> decisions =
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
    Optional<DecisionHistory> history =
        stored.isEmpty() && recent.isEmpty()
            ? Optional.empty()
            : Optional.of(new StoredHistory(stored, recent, pause));
    Optional<TrainingSets> training =
        parts.find(TrainingReader.class).map(reader -> new SettledTrainingSets(reader, features));
    Optional<Privacy> privacy =
        parts.find(ErasureStore.class).map(store -> new Erasure(store, recent, decisions, clock));
    Optional<EventStreams> events =
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
    return new Clients(
        decisions.map(DecisionLog.class::cast),
        history,
        training,
        privacy,
        features.map(FeatureStore.class::cast),
        events,
        artifacts,
        models,
        patterns);
  }

  private static BufferedDecisionLog decisionLog(
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
