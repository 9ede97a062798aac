package dev.mlinfra;

import dev.mlinfra.artifact.ArtifactStore;
import dev.mlinfra.decision.DecisionIds;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.feature.FeatureStore;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.HealthReport;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.history.DecisionHistory;
import dev.mlinfra.internal.assembly.Assembly;
import dev.mlinfra.internal.assembly.BackgroundBootstrap;
import dev.mlinfra.internal.assembly.Clients;
import dev.mlinfra.internal.health.HealthChecks;
import dev.mlinfra.internal.module.LibraryModule;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.internal.shadow.ShadowRuns;
import dev.mlinfra.model.ModelRegistry;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.privacy.Privacy;
import dev.mlinfra.shadow.Shadow;
import dev.mlinfra.spi.BucketAdmin;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.SchemaAdmin;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.training.TrainingSets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The connected whole: bootstraps the infrastructure and hands out its clients. Thread-safe. Close
 * it when the host stops: that writes what is buffered, for at most the close time-outs, and then
 * frees every thread and connection.
 *
 * <p>An {@code ensure} call that throws leaves it open, so that the call can be repeated. Give it a
 * name in a try statement first, and call {@code ensure} inside.
 *
 * <pre>{@code
 * try (MlInfra ml = MlInfra.connect(cfg)) {
 *   ml.ensureSchema().ensureStreams().ensureBucket();
 *   ml.decisions().log(decision);
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class MlInfra implements AutoCloseable {
  private static final Duration SECOND_LOOK = Duration.ofMillis(200);

  private final Assembly assembly;
  private final Clients clients;
  private final HealthChecks checkup;
  private final PauseSwitch pause;
  private final Optional<ShadowRuns> shadows;
  private final @Nullable BackgroundBootstrap bootstrap;
  private final AtomicBoolean closed = new AtomicBoolean();

  private MlInfra(MlInfraConfig config, Assembly assembly) {
    this.assembly = assembly;
    this.pause =
        assembly.closing(
            new PauseSwitch(
                config.paused(), assembly.find(PauseSignal.class), assembly.telemetry()));
    boolean later = config.start() == Start.BACKGROUND || config.paused();
    this.bootstrap = later ? assembly.closing(new BackgroundBootstrap(pause)) : null;
    List<HealthProbe> probes = new ArrayList<>(assembly.probes());
    if (bootstrap != null) {
      probes.add(bootstrap);
    }
    this.checkup = assembly.closing(new HealthChecks(probes, assembly.telemetry()));
    this.clients =
        Clients.start(
            assembly,
            config.decisions(),
            config.sampling(),
            config.spool(),
            !later,
            config.mask(),
            config.events(),
            config.consumers(),
            config.views(),
            pause,
            config.clock());
    this.shadows =
        clients
            .decisions()
            .map(log -> new ShadowRuns(log, pause, assembly.telemetry(), config.clock()))
            .map(assembly::closing);
  }

  /**
   * Opens the installed modules and starts the clients. With {@link Start#FAIL_FAST} it blocks
   * until every server has answered, at most for the connect budget; with {@link Start#BACKGROUND}
   * it does no I/O.
   *
   * @param config what to use
   * @return the whole; close it
   * @throws ConfigException when two modules provide the same part, or the spool's directory cannot
   *     be used and the start is to fail fast
   * @throws dev.mlinfra.error.ConflictException when another process uses the spool's directory and
   *     the start is to fail fast; with a background start it is tried again until that one ends
   * @throws UnavailableException when a server does not answer and the start is to fail fast
   * @since 0.1
   */
  public static MlInfra connect(MlInfraConfig config) {
    Objects.requireNonNull(config, "config");
    String source =
        config.service()
            + "-"
            + DecisionIds.at(config.clock().instant()).toString().replace("-", "");
    Assembly assembly = new Assembly(config.service(), source, config.clock(), config.views());
    assembly.open(config.modules());
    MlInfra whole = whole(config, assembly);
    if (config.start() == Start.FAIL_FAST && !config.paused()) {
      whole.requireHealthy(config.connectBudget());
    }
    return whole;
  }

  /**
   * Makes the schema, or what of it is missing. Repeating it changes nothing.
   *
   * @return this
   * @throws ModuleMissingException when no module has a schema
   * @throws ConfigException when rights are missing or the schema is newer or altered
   * @throws UnavailableException when the server does not answer; not thrown with a background
   *     start
   * @since 0.1
   */
  public MlInfra ensureSchema() {
    return run(
        "ensureSchema", need(SchemaAdmin.class, "ensureSchema()", LibraryModule.POSTGRES)::ensure);
  }

  /**
   * Checks the schema with the right to read only. Blocks.
   *
   * @return this
   * @throws ModuleMissingException when no module has a schema
   * @throws ConfigException when the schema is missing, older, newer or altered
   * @throws UnavailableException when the server does not answer
   * @since 0.1
   */
  public MlInfra verifySchema() {
    need(SchemaAdmin.class, "verifySchema()", LibraryModule.POSTGRES).verify();
    return this;
  }

  /**
   * Prints the SQL that {@link #ensureSchema()} runs, for an administrator. Does no I/O.
   *
   * @return SQL text
   * @throws ModuleMissingException when no module has a schema
   * @since 0.1
   */
  public String exportDdl() {
    return need(SchemaAdmin.class, "exportDdl()", LibraryModule.POSTGRES).exportDdl();
  }

  /**
   * Makes the event stream and its consumer group and checks the server's memory settings.
   * Repeating it changes nothing.
   *
   * @return this
   * @throws ModuleMissingException when no module has streams
   * @throws ConfigException when the server would evict the stream
   * @throws UnavailableException when the server does not answer; not thrown with a background
   *     start
   * @since 0.1
   */
  public MlInfra ensureStreams() {
    return run(
        "ensureStreams", need(StreamAdmin.class, "ensureStreams()", LibraryModule.REDIS)::ensure);
  }

  /**
   * Makes the place for artifacts and sets its quota. Repeating it changes nothing.
   *
   * @return this
   * @throws ModuleMissingException when no module stores artifacts
   * @throws ConfigException when the place cannot be used as configured
   * @throws UnavailableException when the server does not answer; not thrown with a background
   *     start
   * @since 0.1
   */
  public MlInfra ensureBucket() {
    return run(
        "ensureBucket", need(BucketAdmin.class, "ensureBucket()", LibraryModule.STORAGE)::ensure);
  }

  /**
   * Returns the decision log, which records decisions and what came of them.
   *
   * @return the client
   * @throws ModuleMissingException when no module stores decisions
   * @since 0.1
   */
  public DecisionLog decisions() {
    return client(clients.decisions(), "decisions()", LibraryModule.POSTGRES);
  }

  /**
   * Returns what reads decisions back.
   *
   * @return the client
   * @throws ModuleMissingException when no module reads decisions back or caches recent ones
   * @since 0.1
   */
  public DecisionHistory history() {
    return client(clients.history(), "history()", LibraryModule.POSTGRES);
  }

  /**
   * Returns what makes training sets.
   *
   * @return the client
   * @throws ModuleMissingException when no module joins decisions
   * @since 0.1
   */
  public TrainingSets training() {
    return client(clients.training(), "training()", LibraryModule.POSTGRES);
  }

  /**
   * Returns what removes a person's data.
   *
   * @return the client
   * @throws ModuleMissingException when no module can forget
   * @since 0.1
   */
  public Privacy privacy() {
    return client(clients.privacy(), "privacy()", LibraryModule.POSTGRES);
  }

  /**
   * Returns the feature store.
   *
   * @return the client
   * @throws ModuleMissingException when no module stores features
   * @since 0.1
   */
  public FeatureStore features() {
    return client(clients.features(), "features()", LibraryModule.POSTGRES);
  }

  /**
   * Returns the event streams.
   *
   * @return the client
   * @throws ModuleMissingException when no module has streams
   * @since 0.1
   */
  public EventStreams events() {
    return client(clients.events(), "events()", LibraryModule.REDIS);
  }

  /**
   * Returns the artifact store.
   *
   * @return the client
   * @throws ModuleMissingException when no module stores artifacts
   * @since 0.1
   */
  public ArtifactStore artifacts() {
    return client(clients.artifacts(), "artifacts()", LibraryModule.STORAGE);
  }

  /**
   * Returns the model registry.
   *
   * @return the client
   * @throws ModuleMissingException when no module stores models
   * @since 0.1
   */
  public ModelRegistry models() {
    return client(clients.models(), "models()", LibraryModule.POSTGRES);
  }

  /**
   * Returns the pattern store.
   *
   * @return the client
   * @throws ModuleMissingException when no module stores patterns
   * @since 0.1
   */
  public PatternStore patterns() {
    return client(clients.patterns(), "patterns()", LibraryModule.POSTGRES);
  }

  /**
   * Plans a comparison of candidates with the policy that counts: the policy decides on the
   * caller's thread, the candidates decide afterwards on threads of their own.
   *
   * <pre>{@code
   * ShadowRun<Packet, Verdict> detector = ml.shadow("detector")
   *     .primary("rules", "3", rules::judge)
   *     .candidate("forest", "17", forest::judge)
   *     .start();
   * Verdict verdict = detector.decide(packet).answer();
   * }</pre>
   *
   * @param name of the comparison, for meters and threads; 1 to 127 of A-Z a-z 0-9 _ . : -
   * @return a plan; nothing runs until it is started
   * @throws ModuleMissingException when no module stores decisions
   * @since 0.1
   */
  public Shadow shadow(String name) {
    return client(shadows, "shadow()", LibraryModule.POSTGRES).named(name);
  }

  /**
   * Asks every component how it is, side by side. Blocks at most for the budget; never throws for
   * an outage. While {@link #paused()}, a component {@code pause} that is degraded says why.
   *
   * @param budget longest wait
   * @return the report
   * @since 0.1
   */
  public HealthReport health(Duration budget) {
    HealthReport report = checkup.check(budget);
    List<ComponentHealth> components = new ArrayList<>(report.components());
    pause.health().ifPresent(components::add);
    return new HealthReport(components);
  }

  /**
   * Asks every component how it is, within 5 seconds.
   *
   * @return the report
   * @since 0.1
   */
  public HealthReport health() {
    return health(Duration.ofSeconds(5));
  }

  /**
   * Counts what every component holds, read from the servers. Blocks.
   *
   * @return the counts
   * @throws UnavailableException when a component does not answer
   * @since 0.1
   */
  public List<InventoryItem> inventory() {
    return checkup.inventory();
  }

  /**
   * Switches off what the library does for the host, at once and for this process: decisions,
   * feedback and events are dropped and counted, online and recent reads answer that nothing is
   * there, consumers rest, and what is buffered stays in memory. What the host calls for an answer,
   * as {@code ensureSchema()}, {@code put} or {@code asOf}, goes on working. Does not block; may be
   * called twice.
   *
   * <p>Operators do the same from outside with a key, see the documentation of the Redis module.
   *
   * @since 0.1
   */
  public void pause() {
    pause.byHost(true);
  }

  /**
   * Ends the pause of {@link #pause()} and of a paused start. A pause by key lasts until the key is
   * deleted. What was buffered is written then. Does not block; may be called twice.
   *
   * @since 0.1
   */
  public void resume() {
    pause.byHost(false);
  }

  /**
   * Says whether the library is switched off, by whomever. Does not block.
   *
   * @return true while offers are dropped
   * @since 0.1
   */
  public boolean paused() {
    return pause.paused();
  }

  /**
   * Stops taking offers, writes what is buffered within the close time-outs, stops consumers and
   * frees every thread and connection. While paused nothing is written; what is left is counted as
   * dropped. Blocks; may be called twice.
   *
   * @since 0.1
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      assembly.close();
    }
  }

  private static MlInfra whole(MlInfraConfig config, Assembly assembly) {
    try {
      return new MlInfra(config, assembly);
    } catch (RuntimeException | Error e) {
      assembly.close();
      throw e;
    }
  }

  /** Looks twice, since a connection may die in the moment in which its server comes up. */
  private void requireHealthy(Duration budget) {
    long start = System.nanoTime();
    List<String> down = down(budget);
    Duration left = budget.minusNanos(System.nanoTime() - start).minus(SECOND_LOOK);
    if (!down.isEmpty() && !left.isNegative()) {
      LockSupport.parkNanos(SECOND_LOOK.toNanos());
      down = down(left);
    }
    if (!down.isEmpty()) {
      close();
      throw new UnavailableException(
          "connect failed because of "
              + String.join(" | ", down)
              + "; start the server, or use start(Start.BACKGROUND) to start without it");
    }
  }

  private List<String> down(Duration budget) {
    return health(budget).components().stream()
        .filter(health -> health.status() == ComponentHealth.Status.DOWN)
        .map(health -> health.component() + ": " + health.detail())
        .toList();
  }

  private MlInfra run(String step, Runnable work) {
    if (bootstrap == null) {
      work.run();
    } else {
      bootstrap.later(step, work);
    }
    return this;
  }

  private <T> T need(Class<T> part, String call, LibraryModule module) {
    return client(assembly.find(part), call, module);
  }

  private static <T> T client(Optional<T> part, String call, LibraryModule module) {
    return part.orElseThrow(() -> module.missing(call, "a module that provides it"));
  }
}
