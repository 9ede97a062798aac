package dev.mlinfra.feature;

/**
 * What a read found for an entity.
 *
 * @since 0.1
 */
public enum FeatureStatus {
  /** A valid row. */
  PRESENT,
  /** No row, or one that cannot be trusted: damaged, or written under another definition. */
  MISSING,
  /** A row whose time-to-live has passed. */
  EXPIRED,
  /** No answer within the time budget; nothing is known. */
  UNAVAILABLE
}
