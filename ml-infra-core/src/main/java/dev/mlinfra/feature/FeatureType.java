package dev.mlinfra.feature;

/**
 * What a feature's values are.
 *
 * @since 0.1
 */
public enum FeatureType {
  /** A finite {@link Double}; any other {@link Number} is widened when that loses nothing. */
  DOUBLE,
  /** A {@link Long}; {@link Integer}, {@link Short} and {@link Byte} are widened. */
  LONG,
  /** A {@link Boolean}. */
  BOOLEAN,
  /** A {@link String} of at most 4,096 characters. */
  TEXT,
  /** A {@code float[]} of the declared length with finite values. */
  VECTOR
}
