package dev.mlinfra;

import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.SpoolOptions;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.internal.assembly.SecretVariables;
import dev.mlinfra.internal.assembly.Sections;
import dev.mlinfra.secret.SecretSource;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a host uses and how. Immutable.
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
  private final String service;
  private final List<InfraModule> modules;
  private final List<FeatureView> views;
  private final BufferOptions decisions;
  private final BufferOptions events;
  private final @Nullable SpoolOptions spool;
  private final @Nullable DecisionMask mask;
  private final Start start;
  private final boolean paused;
  private final Clock clock;

  private MlInfraConfig(Builder from) {
    this.service = from.service;
    this.modules = List.copyOf(from.modules);
    this.views = List.copyOf(from.views);
    this.decisions = from.decisions;
    this.events = from.events;
    this.spool = from.spool;
    this.mask = from.mask;
    this.start = from.start;
    this.paused = from.paused;
    this.clock = from.clock;
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
   * Reads the environment variables {@code ML_INFRA_*}: {@code ML_INFRA_SERVICE}, {@code
   * ML_INFRA_START}, {@code ML_INFRA_PAUSED}, the spool ({@code ML_INFRA_SPOOL_PATH}, {@code
   * _MAX_BYTES}, {@code _REPLAY_ROWS_PER_SECOND}, {@code _DURABILITY} with {@code memory} or {@code
   * spool_first}) and one section a module, as {@code ML_INFRA_POSTGRES_URL}. A section activates
   * its module; a module's jar alone activates nothing.
   *
   * <p>What the environment does not say is taken from the sources, as by {@link #from}: a variable
   * that is set and not blank wins over them.
   *
   * @param further where else to look, as {@code SecretSource.sops(Path.of(".env.sops"))}
   * @return the configuration; add views and options with {@link #toBuilder()}
   * @throws ConfigException with every fault: a section without its jar, an unknown variable
   * @since 0.1
   */
  public static MlInfraConfig fromEnvironment(SecretSource... further) {
    return merged(System.getenv(), further);
  }

  /**
   * Reads the same names from sources of secrets alone; of sources that hold the same name the
   * first one wins. Other names than {@code ML_INFRA_*} are ignored, and so are sections without an
   * address ({@code _URL} or {@code _PATH}) anywhere: one file may serve several services, of which
   * each uses a part. No value of a source is ever part of a fault.
   *
   * @param sources in the order in which to look
   * @return the configuration; add views and options with {@link #toBuilder()}
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig from(SecretSource... sources) {
    return merged(Map.of(), sources);
  }

  /**
   * Reads a properties file with the keys of {@link #fromEnvironment}. Blocks for the read.
   *
   * @param file a readable properties file in UTF-8
   * @return the configuration
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig fromProperties(Path file) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          "configuration file "
              + file
              + " was not readable but must be a properties file; check it",
          e);
    }
    Map<String, String> variables = new TreeMap<>();
    properties.stringPropertyNames().forEach(k -> variables.put(k, properties.getProperty(k)));
    return fromVariables(variables);
  }

  /**
   * Reads the same keys from a map; keys without the prefix {@code ML_INFRA_} are ignored.
   *
   * @param variables by name
   * @return the configuration
   * @throws ConfigException with every fault
   * @since 0.1
   */
  public static MlInfraConfig fromVariables(Map<String, String> variables) {
    Sections.Plain plain = Sections.read(variables);
    Builder builder = forService(plain.service());
    plain.start().map(MlInfraConfig::start).ifPresent(builder::start);
    if (plain.paused()) {
      builder.paused();
    }
    plain.spool().ifPresent(builder::spool);
    plain.modules().forEach(builder::install);
    return builder.build();
  }

  private static MlInfraConfig merged(Map<String, String> variables, SecretSource... sources) {
    SecretVariables merged = new SecretVariables(variables, List.of(sources));
    try {
      return fromVariables(merged.all());
    } catch (ConfigException e) {
      throw merged.redacted(e);
    }
  }

  /**
   * Starts a configuration that begins as this one.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public Builder toBuilder() {
    Builder builder = new Builder(service).decisions(decisions).events(events);
    builder.start(start).clock(clock);
    builder.spool = spool;
    builder.mask = mask;
    if (paused) {
      builder.paused();
    }
    modules.forEach(builder::install);
    views.forEach(builder::view);
    return builder;
  }

  /**
   * Returns the host's name.
   *
   * @return the service
   * @since 0.1
   */
  public String service() {
    return service;
  }

  /**
   * Returns how servers that do not answer are treated.
   *
   * @return {@link Start#FAIL_FAST} unless set
   * @since 0.1
   */
  public Start start() {
    return start;
  }

  /**
   * Says whether the host starts paused.
   *
   * @return true when {@link Builder#paused()} or {@code ML_INFRA_PAUSED} said so
   * @since 0.1
   */
  public boolean paused() {
    return paused;
  }

  private static Start start(String name) {
    return switch (name) {
      case "fail_fast" -> Start.FAIL_FAST;
      case "background" -> Start.BACKGROUND;
      default ->
          throw new ConfigException(
              Faults.line("ML_INFRA_START", name, "must be fail_fast or background", "correct it"));
    };
  }

  List<InfraModule> modules() {
    return modules;
  }

  List<FeatureView> views() {
    return views;
  }

  BufferOptions decisions() {
    return decisions;
  }

  BufferOptions events() {
    return events;
  }

  Optional<SpoolOptions> spool() {
    return Optional.ofNullable(spool);
  }

  Optional<DecisionMask> mask() {
    return Optional.ofNullable(mask);
  }

  Clock clock() {
    return clock;
  }

  @Override
  public String toString() {
    return "MlInfraConfig["
        + service
        + " "
        + modules.stream().map(InfraModule::name).toList()
        + " "
        + start
        + "]";
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
    private BufferOptions events = BufferOptions.defaults();
    private @Nullable SpoolOptions spool;
    private @Nullable DecisionMask mask;
    private Start start = Start.FAIL_FAST;
    private boolean paused;
    private Clock clock = Clock.systemUTC();

    private Builder(String service) {
      this.service = Objects.requireNonNull(service, "service");
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
     * Sets where decisions and feedback wait on disk. Without it they wait in memory only, and what
     * does not fit there is dropped and counted.
     *
     * @param options the directory and its bounds
     * @return this
     * @since 0.1
     */
    public Builder spool(SpoolOptions options) {
      this.spool = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets what takes personal data out of decisions and feedback before they are queued. Without
     * it they are stored as they are offered. Events are not masked.
     *
     * @param mask called on the threads of the host
     * @return this
     * @since 0.1
     */
    public Builder mask(DecisionMask mask) {
      this.mask = Objects.requireNonNull(mask, "mask");
      return this;
    }

    /**
     * Sets the bounds of the event publisher.
     *
     * @param options the bounds; events are not sampled
     * @return this
     * @since 0.1
     */
    public Builder events(BufferOptions options) {
      this.events = Objects.requireNonNull(options, "options");
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
     * Starts paused, as the environment variable {@code ML_INFRA_PAUSED=true} does: nothing is
     * stored and no server is needed until {@code MlInfra.resume()}. Schema, stream and bucket are
     * made then, in the background.
     *
     * @return this
     * @since 0.1
     */
    public Builder paused() {
      this.paused = true;
      return this;
    }

    /**
     * Sets the clock, for tests.
     *
     * @param clock the only one that the library and its modules read
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
      Faults faults =
          new Faults()
              .name("service", service, NameRule.LABEL)
              .addAll(decisions.faults("decisions"))
              .addAll(events.faults("events"));
      if (spool != null) {
        faults.addAll(spool.faults("spool"));
      }
      if (events.sampleRate() != 1) {
        faults.add(
            "events.sampleRate", events.sampleRate(), "must be 1", "sample decisions instead");
      }
      if (events.sampleByLoad()) {
        faults.add("events.sampleByLoad", true, "must be false", "sample decisions instead");
      }
      if (Sections.paused(System.getenv(), faults)) {
        paused = true;
      }
      Set<String> names = new HashSet<>();
      for (InfraModule module : modules) {
        faults.addAll(module.faults());
        if (!names.add(module.name())) {
          faults.add(
              "module " + module.name(), "installed twice", "must be installed once", "remove one");
        }
      }
      Set<String> viewNames = new HashSet<>();
      for (FeatureView view : views) {
        if (!viewNames.add(view.name())) {
          faults.add(
              "feature view " + view.name(),
              "declared twice",
              "must be declared once",
              "remove one");
        }
      }
      faults.throwIfAny();
      return new MlInfraConfig(this);
    }
  }
}
