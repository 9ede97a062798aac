package dev.mlinfra.training;

/**
 * How the feedback of a decision becomes one reward. In order of the time of observation, then of
 * the feedback's id.
 *
 * @since 0.1
 */
public enum RewardAggregate {
  /** The first reward. */
  FIRST,
  /** The last one, for feedback that is revised. */
  LAST,
  /** The sum. */
  SUM,
  /** The largest. */
  MAX,
  /** The arithmetic mean. */
  MEAN
}
