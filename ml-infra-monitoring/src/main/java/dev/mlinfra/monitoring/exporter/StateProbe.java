package dev.mlinfra.monitoring.exporter;

import java.time.Duration;
import java.util.Optional;

/** Looks at the state of a server often, and says whether it is there. */
abstract class StateProbe implements Probe {
  private final String name;
  private final Metric up;
  private final Pace pace;

  StateProbe(String name, Metric up, Pace pace) {
    this.name = name;
    this.up = up;
    this.pace = pace;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Optional<Metric> up() {
    return Optional.of(up);
  }

  @Override
  public final Duration interval() {
    return pace.interval();
  }

  @Override
  public final Duration timeout() {
    return pace.timeout();
  }
}
