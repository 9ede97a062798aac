package dev.mlinfra.shadow;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * What became of a candidate's turns. Immutable. Each turn has one outcome once it is over.
 *
 * @param candidate model and version, as {@code forest/17}
 * @param counts by outcome; outcomes that did not occur are not there
 * @since 0.1
 */
public record ShadowTally(String candidate, Map<Outcome, Long> counts) {
  /**
   * Copies the counts.
   *
   * @since 0.1
   */
  public ShadowTally {
    Objects.requireNonNull(candidate, "candidate");
    Map<Outcome, Long> ordered = new EnumMap<>(Outcome.class);
    ordered.putAll(counts);
    counts = Collections.unmodifiableMap(ordered);
  }

  /**
   * Returns how often there was an outcome.
   *
   * @param outcome which
   * @return a count
   * @since 0.1
   */
  public long count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0L);
  }

  /**
   * What can become of a turn.
   *
   * @since 0.1
   */
  public enum Outcome {
    /** It answered, with the same action as the primary. */
    AGREED,
    /** It answered, with another action. */
    DIFFERED,
    /** It threw. */
    FAILED,
    /** It took longer than its time limit. */
    TIMED_OUT,
    /** Left out, since too many were waiting. */
    SKIPPED_FULL,
    /** Left out, since the candidate failed too often. */
    SKIPPED_CIRCUIT,
    /** Left out, since the library was paused. */
    SKIPPED_PAUSED,
    /** Left out, since the comparison was closed. */
    SKIPPED_CLOSED
  }
}
