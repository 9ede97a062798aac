package dev.mlinfra.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * A clock that stands until a test moves it. Thread-safe.
 *
 * @since 0.1
 */
public final class MovableClock extends Clock {
  private volatile Instant now;

  /**
   * Makes one that stands.
   *
   * @param now where it stands
   * @since 0.1
   */
  public MovableClock(Instant now) {
    this.now = Objects.requireNonNull(now, "now");
  }

  /**
   * Moves the clock, forwards or back.
   *
   * @param time where it stands then
   * @since 0.1
   */
  public void set(Instant time) {
    now = Objects.requireNonNull(time, "time");
  }

  /**
   * Moves the clock. One thread at a time.
   *
   * @param by how far; negative moves it back
   * @since 0.1
   */
  public void advance(Duration by) {
    set(now.plus(by));
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the library reads instants only");
  }
}
