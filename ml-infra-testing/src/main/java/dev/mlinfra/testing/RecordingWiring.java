package dev.mlinfra.testing;

import dev.mlinfra.feature.FeatureView;
import dev.mlinfra.spi.HealthProbe;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Opens modules as a host does, without a host, and keeps what they hand over: parts, probes, what
 * is to be closed, and the counts that they report unless one of them measures. Confined to the
 * thread of the test, but the counts are thread-safe.
 *
 * @since 0.1
 */
public final class RecordingWiring implements Wiring, AutoCloseable {
  private final String service;
  private final Clock clock;
  private final Map<Class<?>, Object> parts = new HashMap<>();
  private final List<HealthProbe> probes = new CopyOnWriteArrayList<>();
  private final Deque<AutoCloseable> resources = new ArrayDeque<>();
  private final RecordingTelemetry counts = new RecordingTelemetry();

  private RecordingWiring(String service, Clock clock) {
    this.service = Objects.requireNonNull(service, "service");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Makes one that nothing was handed to yet.
   *
   * @param service the name of the host; its {@link #source} is that and {@code -1}
   * @param clock what the modules read
   * @return an empty one
   * @since 0.1
   */
  public static RecordingWiring of(String service, Clock clock) {
    return new RecordingWiring(service, clock);
  }

  /**
   * Opens a module for the service {@code ranker} on the system's clock.
   *
   * @param module what to open
   * @return what it handed over
   * @throws AssertionError when the module's configuration has a fault
   * @since 0.1
   */
  public static RecordingWiring opened(InfraModule module) {
    return of("ranker", Clock.systemUTC()).open(module);
  }

  /**
   * Opens a module.
   *
   * @param module what to open
   * @return this
   * @throws AssertionError when the module's configuration has a fault
   * @since 0.1
   */
  public RecordingWiring open(InfraModule module) {
    if (!module.faults().isEmpty()) {
      throw new AssertionError(String.join("\n", module.faults()));
    }
    module.open(this);
    return this;
  }

  /**
   * Returns a part that was handed over.
   *
   * @param <T> the part's interface
   * @param part the interface
   * @return the part
   * @throws AssertionError when no module handed it over
   * @since 0.1
   */
  public <T> T part(Class<T> part) {
    return find(part)
        .orElseThrow(() -> new AssertionError("no module provided " + part.getSimpleName()));
  }

  /**
   * Returns the probes.
   *
   * @return in the order in which they were added
   * @since 0.1
   */
  public List<HealthProbe> probes() {
    return List.copyOf(probes);
  }

  /**
   * Returns what modules have added to a counter.
   *
   * @param counter which
   * @return the sum over all tags
   * @since 0.1
   */
  public long counted(Instrument counter) {
    return counts.total(counter);
  }

  @Override
  public String service() {
    return service;
  }

  @Override
  public String source() {
    return service + "-1";
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public Telemetry telemetry() {
    return find(Telemetry.class).orElse(counts);
  }

  @Override
  public List<FeatureView> views() {
    return List.of();
  }

  @Override
  public <T> void provide(Class<T> part, T instance) {
    if (!PARTS.contains(part)) {
      throw new AssertionError(part.getSimpleName() + " was provided but is no part of a module");
    }
    if (parts.put(part, instance) != null) {
      throw new AssertionError(part.getSimpleName() + " was provided twice");
    }
  }

  @Override
  public <T> Optional<T> find(Class<T> part) {
    return Optional.ofNullable(parts.get(part)).map(part::cast);
  }

  @Override
  public void probe(HealthProbe probe) {
    probes.add(probe);
  }

  @Override
  public void onClose(AutoCloseable resource) {
    resources.push(resource);
  }

  /**
   * Closes what the modules asked to be closed, the last first. A second call does nothing. Blocks.
   *
   * @throws AssertionError when closing one of them fails
   * @since 0.1
   */
  @Override
  @SuppressWarnings("CatchingUnchecked") // a module may close whatever it likes
  public void close() {
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        throw new AssertionError("a resource of the module was not closed: " + e, e);
      }
    }
  }
}
