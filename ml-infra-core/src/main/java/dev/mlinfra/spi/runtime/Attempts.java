package dev.mlinfra.spi.runtime;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures in a row of something that is tried until it succeeds: how long to pause after each, and
 * a line in the log now and then. Used by one thread.
 *
 * @since 0.1
 */
public final class Attempts {
  private final Logger log;
  private final String subject;
  private final Backoff backoff;
  private final LogThrottle failures = new LogThrottle();

  /**
   * Begins without failures.
   *
   * @param owner whose log it is
   * @param subject what is tried, the first words of every line
   * @param backoff the pauses
   * @since 0.1
   */
  public Attempts(Class<?> owner, String subject, Backoff backoff) {
    this.log = LoggerFactory.getLogger(owner);
    this.subject = subject;
    this.backoff = backoff;
  }

  /**
   * Notes a failure.
   *
   * @param what what did not succeed, as {@code cannot go on}
   * @param cause why
   * @return how long to pause, in nanoseconds
   * @since 0.1
   */
  public long failed(String what, Throwable cause) {
    long pause = backoff.pauseNanos(failures.times() + 1);
    say(
        () ->
            failures.again(
                times ->
                    log.warn(
                        "{} {} (attempt {}, next in {} ms): {}",
                        subject,
                        what,
                        times,
                        pause / 1_000_000,
                        Causes.oneLine(cause))));
    return pause;
  }

  /**
   * Notes a success.
   *
   * @since 0.1
   */
  public void succeeded() {
    int failed = failures.reset();
    if (failed > 0) {
      say(() -> log.info("{} goes on after {} failed attempts", subject, failed));
    }
  }

  /**
   * Whether the last attempt failed.
   *
   * @return false after a success and at the start
   * @since 0.1
   */
  public boolean failing() {
    return failures.times() > 0;
  }

  @SuppressWarnings("CatchingUnchecked") // a log that fails must neither hide nor make a failure
  private static void say(Runnable line) {
    try {
      line.run();
    } catch (Throwable ignored) {
      return;
    }
  }
}
