package dev.mlinfra.feature;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answer for one entity. Immutable.
 *
 * @since 0.1
 */
public final class FeatureLookup {
  private final String entity;
  private final FeatureStatus status;
  private final @Nullable FeatureRow row;

  private FeatureLookup(String entity, FeatureStatus status, @Nullable FeatureRow row) {
    this.entity = Objects.requireNonNull(entity, "entity");
    this.status = Objects.requireNonNull(status, "status");
    this.row = row;
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
    return new FeatureLookup(entity, status, null);
  }

  /**
   * Makes an answer with values.
   *
   * @param row the values
   * @return the answer
   * @since 0.1
   */
  public static FeatureLookup present(FeatureRow row) {
    return new FeatureLookup(row.entity(), FeatureStatus.PRESENT, row);
  }

  /**
   * Returns whose features were asked for.
   *
   * @return the entity
   * @since 0.1
   */
  public String entity() {
    return entity;
  }

  /**
   * Returns what was found.
   *
   * @return the status
   * @since 0.1
   */
  public FeatureStatus status() {
    return status;
  }

  /**
   * Returns the values.
   *
   * @return empty unless they are {@link FeatureStatus#PRESENT}
   * @since 0.1
   */
  public Optional<FeatureRow> row() {
    return Optional.ofNullable(row);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FeatureLookup that
        && entity.equals(that.entity)
        && status == that.status
        && Objects.equals(row, that.row);
  }

  @Override
  public int hashCode() {
    return Objects.hash(entity, status, row);
  }

  @Override
  public String toString() {
    return "FeatureLookup[" + entity + " " + status + (row == null ? "]" : " " + row + "]");
  }
}
