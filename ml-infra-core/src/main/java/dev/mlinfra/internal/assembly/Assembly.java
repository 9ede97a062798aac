package dev.mlinfra.internal.assembly;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the installed modules, holds the parts that they hand over, and closes all that was opened.
 * Not thread-safe.
 */
public final class Assembly implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Assembly.class);

  private final String service;
  private final String source;
  private final Clock clock;
  private final List<FeatureView> views;
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final Map<Class<?>, String> providers = new HashMap<>();
  private final EarlyTelemetry telemetry = new EarlyTelemetry();
  private final List<HealthProbe> probes = new ArrayList<>();
  private final List<AutoCloseable> resources = new ArrayList<>();

  /** Makes an empty assembly for one process. */
  public Assembly(String service, String source, Clock clock, List<FeatureView> views) {
    this.service = service;
    this.source = source;
    this.clock = clock;
    this.views = List.copyOf(views);
  }

  /** Opens modules in their order; a failing one closes what the others opened. */
  public void open(List<InfraModule> modules) {
    try {
      modules.forEach(module -> module.open(new ModuleWiring(module.name())));
      telemetry.passTo(telemetry());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** A part, if some module handed it over. */
  public <T> Optional<T> find(Class<T> part) {
    return Optional.ofNullable(parts.get(part)).map(part::cast);
  }

  /** The id of this process. */
  public String source() {
    return source;
  }

  /** The probes, in the order of registration. */
  public List<HealthProbe> probes() {
    return List.copyOf(probes);
  }

  /** Where to report. */
  public Telemetry telemetry() {
    return find(Telemetry.class).orElse(Telemetry.none());
  }

  /** Closes this resource too, before those that were opened earlier; returns it. */
  public <T extends AutoCloseable> T closing(T resource) {
    resources.add(Objects.requireNonNull(resource, "resource"));
    return resource;
  }

  /** Closes what was opened, last first; failures are logged. */
  @Override
  @SuppressWarnings("CatchingUnchecked") // one resource that fails must not keep the others open
  public void close() {
    for (int i = resources.size() - 1; i >= 0; i--) {
      try {
        resources.get(i).close();
      } catch (Exception e) {
        LOG.warn("closing {} failed: {}", resources.get(i), e.toString());
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
      }
    }
    resources.clear();
  }

  private final class ModuleWiring implements Wiring {
    private final String module;

    private ModuleWiring(String module) {
      this.module = module;
    }

    @Override
    public String service() {
      return service;
    }

    @Override
    public String source() {
      return source;
    }

    @Override
    public Clock clock() {
      return clock;
    }

    @Override
    public Telemetry telemetry() {
      return telemetry;
    }

    @Override
    public List<FeatureView> views() {
      return views;
    }

    @Override
    public <T> void provide(Class<T> part, T instance) {
      if (!PARTS.contains(part)) {
        throw new ConfigException(
            Faults.line(
                "part of module " + module,
                part.getName(),
                "must be one of the interfaces of Wiring.PARTS",
                "hand the part over by its interface"));
      }
      String other = providers.putIfAbsent(part, module);
      if (other != null) {
        throw new ConfigException(
            part.getSimpleName()
                + " was provided by "
                + other
                + " and by "
                + module
                + " but must have one provider; install only one of them");
      }
      Objects.requireNonNull(instance, "instance");
      parts.put(
          part, part == Telemetry.class ? new GuardedTelemetry((Telemetry) instance) : instance);
    }

    @Override
    public <T> Optional<T> find(Class<T> part) {
      return Assembly.this.find(part);
    }

    @Override
    public void probe(HealthProbe probe) {
      probes.add(Objects.requireNonNull(probe, "probe"));
    }

    @Override
    public void onClose(AutoCloseable resource) {
      closing(resource);
    }
  }
}
