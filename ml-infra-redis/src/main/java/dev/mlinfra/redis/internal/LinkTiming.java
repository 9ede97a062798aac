package dev.mlinfra.redis.internal;

import java.time.Duration;

/**
 * How patient a link is.
 *
 * @param expiry after which a command that nobody waits for fails; zero for never
 * @param silence how long there may be no answer before the connection is given up; zero for the
 *     first time-out
 * @param connectPatience how long a call may wait for a connection beside its budget, in which the
 *     driver may have to be loaded; zero when the budget is all there is
 */
record LinkTiming(Duration expiry, Duration silence, Duration connectPatience) {
  /** For calls that must return within their budget whatever happens. */
  static LinkTiming quick(RedisOptions options) {
    return new LinkTiming(options.commandTimeout(), Duration.ofSeconds(1), Duration.ZERO);
  }

  /**
   * For threads that can wait. The connection is kept for longer than a busy server is silent,
   * since on the same connection a retry sees what the first attempt did.
   */
  static LinkTiming patient(RedisOptions options) {
    return new LinkTiming(options.commandTimeout(), Duration.ofSeconds(30), Duration.ofSeconds(30));
  }

  /** For a thread of its own that looks at something again and again. */
  static LinkTiming watching() {
    return new LinkTiming(Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(5));
  }

  /** For reads that block at the server, behind which nothing may queue up. */
  static LinkTiming blocking() {
    return new LinkTiming(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30));
  }
}
