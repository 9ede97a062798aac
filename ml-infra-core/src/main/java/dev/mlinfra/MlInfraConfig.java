package dev.mlinfra;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.internal.assembly.Sections;
import dev.mlinfra.secret.SecretSource;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a host uses and how. Immutable. {@link #fromEnvironment} makes one of plain settings.
 *
 * <pre>{@code
 * MlInfraConfig cfg = MlInfraConfig.forService("ranker")
 *     .install(Postgres.at("jdbc:postgresql://db/ml").user("app").password(secret))
 *     .install(Redis.at("redis://cache"))
 *     .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class MlInfraConfig {
  static final Duration DEFAULT_CONNECT_BUDGET = Duration.ofSeconds(30);

  private final Builder chosen;

  private MlInfraConfig(Builder chosen) {
    this.chosen = chosen;
  }

  /**
   * Starts a configuration.
   *
   * @param service the host's name, which decisions and connections carry
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder forService(String service) {
    return new Builder(service);
  }

  /**
   * Reads the environment variables: {@code ML_INFRA_SERVICE}, {@code _START}, {@code _PAUSED},
   * {@code _CONNECT_BUDGET}, {@code _VIEWS} (a file of feature views), the options of the clients
   * ({@code ML_INFRA_DECISIONS_*}, {@code _EVENTS_*}, {@code _CONSUMERS_*}, {@code _SPOOL_*}) and
   * one section a module, as {@code ML_INFRA_POSTGRES_URL}. A section activates its module; a
   * module's jar alone activates nothing.
   *
   * <p>What the environment does not say is taken from the sources, as by {@link #from}: a variable
   * that is set and not blank wins over them.
   *
   * @param further where else to look, as {@code SecretSource.sops(Path.of(".env.sops"))}
   * @return the configuration; change it with {@link #toBuilder()}
   * @throws ConfigException with every fault: a section without its jar, an unknown variable
   * @since 0.1
   */
  public static MlInfraConfig fromEnvironment(SecretSource... further) {
    return PlainConfig.fromEnvironment(further);
  }

  /**
   * Reads sources of secrets alone; of sources that hold the same name the first one wins. Other
   * names than {@code ML_INFRA_*} are ignored, and so are sections of modules without an address
   * ({@code _URL} or {@code _PATH}) anywhere: one file may serve several services, of which each
   * uses a part. No value of a source is ever part of a fault.
   *
   * @param sources in the order in which to look
   * @return the configuration; change it with {@link #toBuilder()}
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig from(SecretSource... sources) {
    return PlainConfig.from(sources);
  }

  /**
   * Reads a properties file. Blocks for the read.
   *
   * @param file a readable properties file in UTF-8
   * @return the configuration
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig fromProperties(Path file) {
    return PlainConfig.fromProperties(file);
  }

  /**
   * Reads a map; keys without the prefix {@code ML_INFRA_} are ignored.
   *
   * @param variables by name
   * @return the configuration
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig fromVariables(Map<String, String> variables) {
    return PlainConfig.fromVariables(variables);
  }

  /**
   * Starts a configuration that begins as this one.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public Builder toBuilder() {
    return new Builder(chosen);
  }

  /**
   * Returns the host's name.
   *
   * @return the service
   * @since 0.1
   */
  public String service() {
    return chosen.service;
  }

  /**
   * Returns how servers that do not answer are treated.
   *
   * @return {@link Start#FAIL_FAST} unless set
   * @since 0.1
   */
  public Start start() {
    return chosen.start;
  }

  /**
   * Says whether the host starts paused.
   *
   * @return true when {@link Builder#paused} or {@code ML_INFRA_PAUSED} said so
   * @since 0.1
   */
  public boolean paused() {
    return chosen.paused;
  }

  List<InfraModule> modules() {
    return List.copyOf(chosen.modules);
  }

  List<FeatureView> views() {
    return List.copyOf(chosen.views);
  }

  BufferOptions decisions() {
    return chosen.decisions;
  }

  Sampling sampling() {
    return chosen.sampling;
  }

  BufferOptions events() {
    return chosen.events;
  }

  ConsumerOptions consumers() {
    return chosen.consumers;
  }

  Optional<SpoolOptions> spool() {
    return Optional.ofNullable(chosen.spool);
  }

  Optional<DecisionMask> mask() {
    return Optional.ofNullable(chosen.mask);
  }

  Duration connectBudget() {
    return chosen.connectBudget;
  }

  Clock clock() {
    return chosen.clock;
  }

  @Override
  public String toString() {
    List<String> modules = chosen.modules.stream().map(InfraModule::name).toList();
    return "MlInfraConfig[" + chosen.service + " " + modules + " " + chosen.start + "]";
  }

  /**
   * Collects a configuration. Not thread-safe; {@link #build()} checks everything at once.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final String service;
    private final List<InfraModule> modules = new ArrayList<>();
    private final List<FeatureView> views = new ArrayList<>();
    private BufferOptions decisions = BufferOptions.defaults();
    private Sampling sampling = Sampling.all();
    private BufferOptions events = BufferOptions.defaults();
    private ConsumerOptions consumers = ConsumerOptions.defaults();
    private @Nullable SpoolOptions spool;
    private @Nullable DecisionMask mask;
    private Start start = Start.FAIL_FAST;
    private Duration connectBudget = DEFAULT_CONNECT_BUDGET;
    private boolean paused;
    private Clock clock = Clock.systemUTC();

    private Builder(String service) {
      this.service = Objects.requireNonNull(service, "service");
    }

    private Builder(Builder from) {
      this.service = from.service;
      this.modules.addAll(from.modules);
      this.views.addAll(from.views);
      this.decisions = from.decisions;
      this.sampling = from.sampling;
      this.events = from.events;
      this.consumers = from.consumers;
      this.spool = from.spool;
      this.mask = from.mask;
      this.start = from.start;
      this.connectBudget = from.connectBudget;
      this.paused = from.paused;
      this.clock = from.clock;
    }

    /**
     * Installs a module.
     *
     * @param module as {@code Postgres.at(url)}
     * @return this
     * @since 0.1
     */
    public Builder install(InfraModule module) {
      modules.add(Objects.requireNonNull(module, "module"));
      return this;
    }

    /**
     * Installs a module in place of the one with its name, if there is one.
     *
     * @param module as {@code Postgres.at(url)}
     * @return this
     * @since 0.1
     */
    public Builder replace(InfraModule module) {
      modules.removeIf(installed -> installed.name().equals(module.name()));
      return install(module);
    }

    /**
     * Declares a feature view.
     *
     * @param view the view
     * @return this
     * @since 0.1
     */
    public Builder view(FeatureView view) {
      views.add(Objects.requireNonNull(view, "view"));
      return this;
    }

    /**
     * Sets the bounds of the decision log; decisions, feedback and activations have them each.
     *
     * @param options the bounds
     * @return this
     * @since 0.1
     */
    public Builder decisions(BufferOptions options) {
      this.decisions = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets which decisions are kept, with what belongs to them.
     *
     * @param sampling all unless set
     * @return this
     * @since 0.1
     */
    public Builder sampling(Sampling sampling) {
      this.sampling = Objects.requireNonNull(sampling, "sampling");
      return this;
    }

    /**
     * Sets where decisions and feedback wait on disk. Without it they wait in memory only, and what
     * does not fit there is dropped and counted.
     *
     * @param options the directory and its bounds; null for none
     * @return this
     * @since 0.1
     */
    public Builder spool(@Nullable SpoolOptions options) {
      this.spool = options;
      return this;
    }

    /**
     * Sets what takes personal data out of decisions and feedback before they are queued. Without
     * it they are stored as they are offered. Events are not masked.
     *
     * @param mask called on the threads of the host; null for none
     * @return this
     * @since 0.1
     */
    public Builder mask(@Nullable DecisionMask mask) {
      this.mask = mask;
      return this;
    }

    /**
     * Sets the bounds of the event publisher.
     *
     * @param options the bounds
     * @return this
     * @since 0.1
     */
    public Builder events(BufferOptions options) {
      this.events = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets the rhythm of consumers that are started without options.
     *
     * @param options the rhythm
     * @return this
     * @since 0.1
     */
    public Builder consumers(ConsumerOptions options) {
      this.consumers = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets how servers that do not answer are treated.
     *
     * @param how {@link Start#FAIL_FAST} unless set
     * @return this
     * @since 0.1
     */
    public Builder start(Start how) {
      this.start = Objects.requireNonNull(how, "how");
      return this;
    }

    /**
     * Sets how long {@code MlInfra.connect} waits for all servers with {@link Start#FAIL_FAST}.
     *
     * @param longest longer than zero; 30 s unless set
     * @return this
     * @since 0.1
     */
    public Builder connectBudget(Duration longest) {
      this.connectBudget = Objects.requireNonNull(longest, "longest");
      return this;
    }

    /**
     * Starts paused, as the environment variable {@code ML_INFRA_PAUSED=true} does whatever is set
     * here: nothing is stored and no server is needed until {@code MlInfra.resume()}. Schema,
     * stream and bucket are made then, in the background.
     *
     * @param paused false unless set
     * @return this
     * @since 0.1
     */
    public Builder paused(boolean paused) {
      this.paused = paused;
      return this;
    }

    /**
     * Sets the clock, for tests. A decision, feedback, event or activation that is made without a
     * time knows no client: it has the system's time, by which also its being in the future is
     * judged. Pauses and time-outs count on a clock that nobody sets.
     *
     * @param clock where clients and modules have the time of day from
     * @return this
     * @since 0.1
     */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Makes the configuration.
     *
     * @return the configuration
     * @throws ConfigException with every broken rule of this and of all modules
     * @since 0.1
     */
    public MlInfraConfig build() {
      return build(new Faults());
    }

    MlInfraConfig build(Faults faults) {
      Builder copy = new Builder(this);
      copy.paused |= Sections.paused(System.getenv(), faults);
      faults
          .name("service", service, NameRule.LABEL)
          .duration("connectBudget", connectBudget)
          .addAll(decisions.faults("decisions"))
          .addAll(sampling.faults("decisions"))
          .addAll(events.faults("events"))
          .addAll(consumers.faults("consumers"))
          .addAll(spool == null ? List.of() : spool.faults("spool"));
      Set<String> names = new HashSet<>();
      for (InfraModule module : modules) {
        String name = module.name();
        faults.addAll(module.faults());
        once(faults, "module " + name, "installed", names.add(name));
      }
      Set<String> viewNames = new HashSet<>();
      for (FeatureView view : views) {
        String name = view.name();
        once(faults, "feature view " + name, "declared", viewNames.add(name));
      }
      faults.throwIfAny();
      return new MlInfraConfig(copy);
    }

    private static void once(Faults faults, String subject, String done, boolean first) {
      if (!first) {
        faults.add(subject, done + " twice", "must be " + done + " once", "remove one");
      }
    }
  }
}
