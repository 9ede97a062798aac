package dev.mlinfra.feature;

import java.util.Objects;

/**
 * One declared feature of a view. Immutable.
 *
 * @param name its name inside the view
 * @param type what its values are
 * @param length the number of values of a {@link FeatureType#VECTOR}, otherwise 1
 * @since 0.1
 */
public record Feature(String name, FeatureType type, int length) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public Feature {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }
}
