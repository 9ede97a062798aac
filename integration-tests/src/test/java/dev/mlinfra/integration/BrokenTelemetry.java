package dev.mlinfra.integration;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import java.util.List;
import java.util.function.DoubleSupplier;

/** A module whose telemetry breaks its promise never to throw. */
final class BrokenTelemetry implements InfraModule, Telemetry {
  @Override
  public void count(Instrument meter, long amount, String... tagValues) {
    throw new AssertionError("broken telemetry");
  }

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {
    throw new StackOverflowError("broken telemetry");
  }

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {
    throw new IllegalStateException("broken telemetry");
  }

  @Override
  public String name() {
    return "broken-telemetry";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(Telemetry.class, this);
  }
}
