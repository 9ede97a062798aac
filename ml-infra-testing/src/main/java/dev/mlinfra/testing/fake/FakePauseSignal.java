package dev.mlinfra.testing.fake;

import dev.mlinfra.spi.PauseSignal;
import java.time.Duration;
import java.util.Optional;

/** Says what a test wants. */
final class FakePauseSignal implements PauseSignal {
  private final Faulty faulty;
  private volatile String says = "";

  FakePauseSignal(Faulty faulty) {
    this.faulty = faulty;
  }

  void says(String line) {
    says = line;
  }

  @Override
  public Optional<String> look(Duration budget) {
    return faulty.call(
        Call.of(Part.PAUSE_SIGNAL),
        budget,
        () -> Optional.of(says).filter(line -> !line.isEmpty()));
  }
}
