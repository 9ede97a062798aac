package dev.mlinfra.redis.internal;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that a server could not be reached, so that calls fail at once until it is worth
 * another try. Not thread-safe.
 */
final class Circuit {
  static final Duration MIN_PAUSE = Duration.ofMillis(100);
  static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private int failures;
  private long retryAtNanos;
  private @Nullable Throwable lastFailure;

  /** Notes a failed attempt; the pause doubles with each one and varies, so that clients spread. */
  void failed(Throwable failure, long nowNanos) {
    lastFailure = failure;
    long ceiling = MIN_PAUSE.toNanos() << Math.min(failures, 16);
    long pause = Math.min(ceiling, MAX_PAUSE.toNanos());
    retryAtNanos = nowNanos + ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
    failures++;
  }

  void succeeded() {
    failures = 0;
    lastFailure = null;
  }

  /** The last failure, null after a success. */
  @Nullable Throwable lastFailure() {
    return lastFailure;
  }

  int failures() {
    return failures;
  }

  /** How long calls must fail at once; zero or less when an attempt is due. */
  Duration pause(long nowNanos) {
    return failures == 0 ? Duration.ZERO : Duration.ofNanos(retryAtNanos - nowNanos);
  }
}
