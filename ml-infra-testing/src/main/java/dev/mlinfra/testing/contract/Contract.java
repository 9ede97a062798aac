package dev.mlinfra.testing.contract;

import dev.mlinfra.testing.RecordingWiring;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * What all contracts have in common: the module under test. Extend one of them, and JUnit runs its
 * promises. What earlier tests stored may still be there: each promise uses names of its own.
 *
 * @since 0.1
 */
public abstract class Contract {
  static final Duration SOON = Duration.ofSeconds(10);

  Contract() {}

  /**
   * Opens the module under test, or returns it if it is open; the extending class closes it.
   *
   * @return what the module handed over, the same all through a test
   * @since 0.1
   */
  protected abstract RecordingWiring opened();

  final <T> T part(Class<T> type) {
    return opened().part(type);
  }

  /** Now, as stores keep it. */
  final Instant now() {
    return opened().clock().instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** A name that no other test has. */
  static String unique(String prefix) {
    return prefix + "-" + UUID.randomUUID();
  }
}
