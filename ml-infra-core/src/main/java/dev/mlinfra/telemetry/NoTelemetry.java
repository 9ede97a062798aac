package dev.mlinfra.telemetry;

import java.util.function.DoubleSupplier;

enum NoTelemetry implements Telemetry {
  NONE;

  @Override
  public void count(Instrument meter, long amount, String... tagValues) {}

  @Override
  public void time(Instrument meter, long nanos, String... tagValues) {}

  @Override
  public void observe(Instrument meter, DoubleSupplier value, String... tagValues) {}
}
