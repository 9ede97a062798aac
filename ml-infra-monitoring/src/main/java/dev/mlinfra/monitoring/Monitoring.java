package dev.mlinfra.monitoring;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Telemetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Objects;

/**
 * Puts every {@link dev.mlinfra.telemetry.Instrument} of the library into the host's Micrometer
 * registry. Immutable and thread-safe.
 *
 * <p>Each meter has the tag {@code service} beside its own tags, so that several {@code MlInfra}
 * share one registry as long as their services differ. Closing the {@code MlInfra} removes its
 * meters; the registry stays open, for it is the host's. A registry that throws does no harm: what
 * it refused is counted in {@code ml.telemetry.failures} and logged once.
 *
 * <p>There is no {@code ModuleFactory}: a registry is an object of the host, which plain settings
 * cannot name.
 *
 * @since 0.1
 */
public final class Monitoring implements InfraModule {
  private final MeterRegistry registry;

  private Monitoring(MeterRegistry registry) {
    this.registry = Objects.requireNonNull(registry, "registry");
  }

  /**
   * Measures into a registry.
   *
   * @param registry the host's; never closed here
   * @return the module, to be installed
   * @since 0.1
   */
  public static Monitoring to(MeterRegistry registry) {
    return new Monitoring(registry);
  }

  @Override
  public String name() {
    return "monitoring";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  /**
   * Registers the first meter and provides the {@link Telemetry}. Does not block.
   *
   * @throws dev.mlinfra.error.ConfigException when the registry already has the meters of an open
   *     {@code MlInfra} with the same service name
   * @since 0.1
   */
  @Override
  public void open(Wiring wiring) {
    MicrometerTelemetry telemetry = MicrometerTelemetry.open(registry, wiring.service());
    wiring.onClose(telemetry);
    wiring.provide(Telemetry.class, telemetry);
  }
}
