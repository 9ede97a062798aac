package dev.mlinfra.telemetry;

import java.util.function.DoubleSupplier;

enum NoTelemetry implements Telemetry {
  NONE;

  @Override
  public void count(Meter meter, long amount, String... tagValues) {}

  @Override
  public void time(Meter meter, long nanos, String... tagValues) {}

  @Override
  public void observe(Meter meter, DoubleSupplier value, String... tagValues) {}
}
