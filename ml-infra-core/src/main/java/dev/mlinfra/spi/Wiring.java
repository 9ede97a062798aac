package dev.mlinfra.spi;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a module gets when it is opened, and where it hands its parts over.
 *
 * <p>Parts are handed over by their interface; {@link #PARTS} has them all.
 *
 * @since 0.1
 */
public interface Wiring {
  /**
   * The interfaces of all parts that a module may hand over.
   *
   * @since 0.1
   */
  Set<Class<?>> PARTS =
      Set.of(
          DecisionSink.class,
          DecisionReader.class,
          TrainingReader.class,
          ErasureStore.class,
          RecentDecisions.class,
          OfflineStore.class,
          OnlineStore.class,
          EventBroker.class,
          DeadLetterStore.class,
          ArtifactStore.class,
          ModelStore.class,
          ModelPointers.class,
          ModelMirror.class,
          PatternStore.class,
          SchemaAdmin.class,
          StreamAdmin.class,
          BucketAdmin.class,
          PauseSignal.class,
          Telemetry.class);

  /**
   * Returns the name of the host service.
   *
   * @return as given to {@code MlInfraConfig.forService}
   * @since 0.1
   */
  String service();

  /**
   * Returns the id of this process, unique among all processes that ever wrote.
   *
   * @return as {@code ranker-0190c7...}
   * @since 0.1
   */
  String source();

  /**
   * Returns the only clock that a module may read for a time of day; pauses and time-outs count on
   * {@link System#nanoTime()}.
   *
   * @return the clock
   * @since 0.1
   */
  Clock clock();

  /**
   * Returns where to report; a no-op unless a module measures, whichever is opened first. What is
   * reported while modules are opened is passed on when all are.
   *
   * @return never null
   * @since 0.1
   */
  Telemetry telemetry();

  /**
   * Returns the views that the host declared.
   *
   * @return may be empty
   * @since 0.1
   */
  List<FeatureView> views();

  /**
   * Hands a part over.
   *
   * @param <T> the part's interface
   * @param part the interface, one of {@link #PARTS}
   * @param instance the part
   * @throws dev.mlinfra.error.ConfigException when it is no part, or another module provided it
   * @since 0.1
   */
  <T> void provide(Class<T> part, T instance);

  /**
   * Finds a part that this or another module handed over. Ask when the part is needed, not while
   * modules are opened, since their order is the host's.
   *
   * @param <T> the part's interface
   * @param part the interface
   * @return empty when no module has it
   * @since 0.1
   */
  <T> Optional<T> find(Class<T> part);

  /**
   * Adds a probe to health reports and inventories; a module may add several.
   *
   * @param probe the probe
   * @since 0.1
   */
  void probe(HealthProbe probe);

  /**
   * Registers what to close when the host closes, after all clients; last registered, first closed.
   *
   * @param resource closed once
   * @since 0.1
   */
  void onClose(AutoCloseable resource);
}
