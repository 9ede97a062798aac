package dev.mlinfra.decision;

/**
 * How much a decision counted.
 *
 * @since 0.1
 */
public enum DecisionMode {
  /** The decision was acted upon. */
  LIVE,
  /** A candidate decided beside the host and nobody acted upon it. */
  SHADOW,
  /** The host's own action was taken while the candidate's was recorded as what it would do. */
  APPRENTICE
}
