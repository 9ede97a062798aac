package dev.mlinfra.spi;

import java.time.Duration;
import java.util.Optional;

/**
 * A place outside of the process where operators say that services are to pause. Called by one
 * thread at a time, again and again.
 *
 * @since 0.1
 */
public interface PauseSignal {
  /**
   * Looks whether this service is to pause. Blocks, at most for the budget once connected.
   *
   * @param budget longest wait for the answer
   * @return one line that names the signal and what it says, as {@code key 'ml:control:paused' is
   *     'true'}; empty when this service is not to pause
   * @throws dev.mlinfra.error.MlInfraException when the signal cannot be read; what was seen last
   *     stays in force
   * @since 0.1
   */
  Optional<String> look(Duration budget);
}
