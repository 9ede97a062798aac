package dev.mlinfra.feature;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of one view for one entity at one event time. A feature that is left out is missing.
 * Immutable; what the values must be is checked by {@link FeatureStore#put}.
 *
 * <pre>{@code
 * FeatureRow row = FeatureRow.builder("user-1", eventTime).value("affinity_total", 3.0).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class FeatureRow {
  private final String entity;
  private final Instant eventTime;
  private final @Nullable Instant knownAt;
  private final Map<String, Object> values;

  private FeatureRow(Builder from) {
    this.entity = from.entity;
    this.eventTime = from.eventTime.truncatedTo(ChronoUnit.MICROS);
    this.knownAt = from.knownAt == null ? null : from.knownAt.truncatedTo(ChronoUnit.MICROS);
    this.values = Map.copyOf(from.values);
  }

  /**
   * Starts a row.
   *
   * @param entity whose features they are; 1 to 200 characters without spaces or braces
   * @param eventTime when they became true; kept to the microsecond
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder builder(String entity, Instant eventTime) {
    return new Builder(entity, eventTime);
  }

  /**
   * Returns whose features they are.
   *
   * @return the entity id
   * @since 0.1
   */
  public String entity() {
    return entity;
  }

  /**
   * Returns when the values became true.
   *
   * @return event time
   * @since 0.1
   */
  public Instant eventTime() {
    return eventTime;
  }

  /**
   * Returns when the values became known, which a point-in-time join respects.
   *
   * @return empty to take the time of the write
   * @since 0.1
   */
  public Optional<Instant> knownAt() {
    return Optional.ofNullable(knownAt);
  }

  /**
   * Returns the values by feature name.
   *
   * @return unmodifiable; vectors are {@code float[]} and must not be changed
   * @since 0.1
   */
  public Map<String, Object> values() {
    return values;
  }

  /**
   * Returns a {@link FeatureType#DOUBLE} or {@link FeatureType#LONG} as a number.
   *
   * @param feature its name
   * @return empty when it is missing
   * @throws ClassCastException when it is of another type
   * @since 0.1
   */
  public Optional<Double> number(String feature) {
    return Optional.ofNullable((Number) values.get(feature)).map(Number::doubleValue);
  }

  /**
   * Returns a {@link FeatureType#VECTOR}.
   *
   * @param feature its name
   * @return a copy; empty when it is missing
   * @throws ClassCastException when it is of another type
   * @since 0.1
   */
  public Optional<float[]> vector(String feature) {
    return Optional.ofNullable((float[]) values.get(feature)).map(float[]::clone);
  }

  /**
   * Returns a {@link FeatureType#TEXT}.
   *
   * @param feature its name
   * @return empty when it is missing
   * @throws ClassCastException when it is of another type
   * @since 0.1
   */
  public Optional<String> text(String feature) {
    return Optional.ofNullable((String) values.get(feature));
  }

  @Override
  public String toString() {
    return "FeatureRow[" + entity + " at " + eventTime + " " + values.keySet() + "]";
  }

  /**
   * Collects the values of a row. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final String entity;
    private final Instant eventTime;
    private final Map<String, Object> values = new HashMap<>();
    private @Nullable Instant knownAt;

    private Builder(String entity, Instant eventTime) {
      this.entity = Objects.requireNonNull(entity, "entity");
      this.eventTime = Objects.requireNonNull(eventTime, "eventTime");
    }

    /**
     * Sets a value.
     *
     * @param feature its name
     * @param value of the declared type; a {@code float[]} is copied
     * @return this
     * @since 0.1
     */
    public Builder value(String feature, Object value) {
      Objects.requireNonNull(feature, "feature");
      Objects.requireNonNull(value, "value");
      values.put(feature, value instanceof float[] vector ? vector.clone() : value);
      return this;
    }

    /**
     * Sets values.
     *
     * @param features by name, each of the declared type; {@code float[]} are copied
     * @return this
     * @since 0.1
     */
    public Builder values(Map<String, ?> features) {
      features.forEach(this::value);
      return this;
    }

    /**
     * Sets when the values became known, for replays and back-fills.
     *
     * @param at not after the time of the write
     * @return this
     * @since 0.1
     */
    public Builder knownAt(Instant at) {
      this.knownAt = Objects.requireNonNull(at, "at");
      return this;
    }

    /**
     * Makes the row.
     *
     * @return the row
     * @since 0.1
     */
    public FeatureRow build() {
      return new FeatureRow(this);
    }
  }
}
