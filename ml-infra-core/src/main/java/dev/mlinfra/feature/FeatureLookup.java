package dev.mlinfra.feature;

import java.util.Objects;
import java.util.Optional;

/**
 * The answer for one entity. Immutable.
 *
 * @param entity whose features were asked for
 * @param status what was found
 * @param row the values, for {@link FeatureStatus#PRESENT} only
 * @since 0.1
 */
public record FeatureLookup(String entity, FeatureStatus status, Optional<FeatureRow> row) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public FeatureLookup {
    Objects.requireNonNull(entity, "entity");
    Objects.requireNonNull(status, "status");
    Objects.requireNonNull(row, "row");
  }

  /**
   * Makes an answer without values.
   *
   * @param entity whose features were asked for
   * @param status anything but {@link FeatureStatus#PRESENT}
   * @return the answer
   * @since 0.1
   */
  public static FeatureLookup without(String entity, FeatureStatus status) {
    return new FeatureLookup(entity, status, Optional.empty());
  }

  /**
   * Makes an answer with values.
   *
   * @param row the values
   * @return the answer
   * @since 0.1
   */
  public static FeatureLookup present(FeatureRow row) {
    return new FeatureLookup(row.entity(), FeatureStatus.PRESENT, Optional.of(row));
  }
}
