package dev.mlinfra.testing.fake;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** The clock of the host that opened the fake last. */
final class HostClock extends Clock {
  private volatile Clock host = Clock.systemUTC();

  void follow(Clock clock) {
    host = clock;
  }

  /** Now, as stores keep it. */
  Instant micros() {
    return instant().truncatedTo(ChronoUnit.MICROS);
  }

  @Override
  public ZoneId getZone() {
    return host.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return host.withZone(zone);
  }

  @Override
  public Instant instant() {
    return host.instant();
  }
}
