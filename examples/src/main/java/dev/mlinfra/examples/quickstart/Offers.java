package dev.mlinfra.examples.quickstart;

import dev.mlinfra.buffer.Acceptance;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Offers values to a client of the library. A service would go on when an offer is dropped; a
 * replay has time, so it waits until there is room and offers again.
 */
final class Offers {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Offers() {}

  static <T> void untilAccepted(
      Function<T, Acceptance> client, T value, Predicate<Duration> flush) {
    Acceptance answer = client.apply(value);
    while (answer.status() == Acceptance.Status.DROPPED_FULL) {
      flush(flush);
      answer = client.apply(value);
    }
    if (!answer.accepted()) {
      throw new QuickStartException(value + " was " + answer.status() + " " + answer.reason());
    }
  }

  static void flush(Predicate<Duration> flush) {
    if (!flush.test(PATIENCE)) {
      throw new QuickStartException("nothing was stored for " + PATIENCE.toSeconds() + " s");
    }
  }
}
