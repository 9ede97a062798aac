package dev.mlinfra.telemetry;

import java.util.function.DoubleSupplier;

/**
 * Where the library reports what it does. Implementations are thread-safe, never block and never
 * throw. Tag values come in the order of {@link Instrument#tagKeys()}.
 *
 * @since 0.1
 */
public interface Telemetry {
  /**
   * Adds to a counter.
   *
   * @param meter a {@link Instrument.Type#COUNTER}
   * @param amount not negative
   * @param tagValues one a tag key
   * @since 0.1
   */
  void count(Instrument meter, long amount, String... tagValues);

  /**
   * Records a duration.
   *
   * @param meter a {@link Instrument.Type#TIMER}
   * @param nanos duration in nanoseconds
   * @param tagValues one a tag key
   * @since 0.1
   */
  void time(Instrument meter, long nanos, String... tagValues);

  /**
   * Registers a value that is read whenever the meters are collected: the total of a counter or the
   * value of a gauge.
   *
   * @param meter a {@link Instrument.Type#COUNTER} or {@link Instrument.Type#GAUGE}
   * @param value cheap to read and safe from any thread
   * @param tagValues one a tag key
   * @since 0.1
   */
  void observe(Instrument meter, DoubleSupplier value, String... tagValues);

  /**
   * Returns the one that does nothing.
   *
   * @return a no-op
   * @since 0.1
   */
  static Telemetry none() {
    return NoTelemetry.NONE;
  }
}
