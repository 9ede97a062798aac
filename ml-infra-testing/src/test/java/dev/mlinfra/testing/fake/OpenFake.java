package dev.mlinfra.testing.fake;

import dev.mlinfra.testing.MovableClock;
import dev.mlinfra.testing.RecordingWiring;
import java.time.Duration;
import java.time.Instant;

/** A fake without a host, with a clock that the test moves. */
final class OpenFake {
  final FakeInfra fake = FakeInfra.create().callTimeout(Duration.ofMillis(200));
  private final MovableClock clock = new MovableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final RecordingWiring wiring = RecordingWiring.of("test", clock).open(fake);

  <T> T part(Class<T> type) {
    return wiring.part(type);
  }

  void advance(Duration by) {
    clock.advance(by);
  }
}
