package dev.mlinfra.buffer;

import java.util.Optional;
import java.util.UUID;

/**
 * A value that a write-behind buffer takes: it knows its size, its fate and its own faults, all
 * computed when it was built. Implementations are immutable.
 *
 * @since 0.1
 */
public interface Bufferable {
  /**
   * Returns the id whose hash decides sampling, so that a decision and its feedback share their
   * fate.
   *
   * @return never null
   * @since 0.1
   */
  UUID fateId();

  /**
   * Returns how much heap the value holds, roughly.
   *
   * @return bytes
   * @since 0.1
   */
  int sizeBytes();

  /**
   * Returns the rule that the value breaks.
   *
   * @return one line: subject, actual value, rule, next step; empty for a valid value
   * @since 0.1
   */
  Optional<String> fault();
}
