package dev.mlinfra.spi;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * A feature row as stores keep it: the values packed by core, opaque to the store. Immutable by
 * agreement: nobody changes the array.
 *
 * @param entity whose features
 * @param eventTime when they became true, to the microsecond
 * @param knownAt when they became known, to the microsecond
 * @param schemaHash the hash of the view's definition
 * @param packed header and values
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the values
public record PackedRow(
    String entity, Instant eventTime, Instant knownAt, long schemaHash, byte[] packed) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public PackedRow {
    Objects.requireNonNull(entity, "entity");
    Objects.requireNonNull(eventTime, "eventTime");
    Objects.requireNonNull(knownAt, "knownAt");
    Objects.requireNonNull(packed, "packed");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PackedRow that
        && entity.equals(that.entity)
        && eventTime.equals(that.eventTime)
        && knownAt.equals(that.knownAt)
        && schemaHash == that.schemaHash
        && Arrays.equals(packed, that.packed);
  }

  @Override
  public int hashCode() {
    return Objects.hash(entity, eventTime, knownAt);
  }

  @Override
  public String toString() {
    return "PackedRow[" + entity + " at " + eventTime + " " + packed.length + " bytes]";
  }
}
