package dev.mlinfra.monitoring.exporter;

import java.time.Duration;
import java.util.Optional;

/** Looks at what costs a server more: seldom, and with more time than a look at its state. */
abstract class DetailProbe implements Probe {
  private static final int TIMES_THE_TIMEOUT = 3;

  private final String name;
  private final Pace pace;

  DetailProbe(String name, Pace pace) {
    this.name = name;
    this.pace = pace;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Optional<Metric> up() {
    return Optional.empty();
  }

  @Override
  public final Duration interval() {
    return pace.detailInterval();
  }

  @Override
  public final Duration timeout() {
    return pace.timeout().multipliedBy(TIMES_THE_TIMEOUT);
  }
}
