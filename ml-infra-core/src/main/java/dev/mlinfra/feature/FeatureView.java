package dev.mlinfra.feature;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A named group of features of one kind of entity, written and read together. Immutable.
 *
 * <pre>{@code
 * FeatureView user = FeatureView.named("user").number("affinity_total").count("views")
 *     .vector("taste", 8).ttl(Duration.ofDays(30)).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class FeatureView {
  private final String name;
  private final List<Feature> features;
  private final Duration ttl;
  private final long schemaHash;

  private FeatureView(Builder from) {
    this.name = from.name;
    this.features = List.copyOf(from.features);
    this.ttl = from.ttl;
    this.schemaHash = hash(definition());
  }

  /**
   * Starts a view.
   *
   * @param name letters, digits, {@code _ . -}, at most 63 characters
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder named(String name) {
    return new Builder(name);
  }

  /**
   * Rebuilds a view from its {@link #definition()}.
   *
   * @param name the view's name
   * @param definition as {@link #definition()} gave it
   * @param ttl its time-to-live
   * @return an equal view
   * @throws ConfigException when the definition cannot be read
   * @since 0.1
   */
  public static FeatureView parse(String name, String definition, Duration ttl) {
    Builder builder = named(name).ttl(ttl);
    for (String part : definition.split(",", -1)) {
      String[] words = part.split(":", -1);
      try {
        builder.feature(words[0], FeatureType.valueOf(words[1]), Integer.parseInt(words[2]));
      } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
        throw new ConfigException(
            Faults.line(
                "feature view " + name + " definition",
                definition,
                "must be name:TYPE:length parts",
                "restore the row in feature_views"),
            e);
      }
    }
    return builder.build();
  }

  /**
   * Returns the view's name.
   *
   * @return the name
   * @since 0.1
   */
  public String name() {
    return name;
  }

  /**
   * Returns the declared features, in order.
   *
   * @return at least one
   * @since 0.1
   */
  public List<Feature> features() {
    return features;
  }

  /**
   * Returns how long a row stays valid after its event time, online and in point-in-time joins.
   *
   * @return longer than zero
   * @since 0.1
   */
  public Duration ttl() {
    return ttl;
  }

  /**
   * Returns the features as one line of text, {@code name:TYPE:length} parts joined by commas.
   *
   * @return what {@link #parse} reads
   * @since 0.1
   */
  public String definition() {
    List<String> parts = new ArrayList<>();
    for (Feature feature : features) {
      parts.add(feature.name() + ":" + feature.type() + ":" + feature.length());
    }
    return String.join(",", parts);
  }

  /**
   * Returns a hash of {@link #definition()}, which stored values carry.
   *
   * @return the first 8 bytes of its SHA-256
   * @since 0.1
   */
  public long schemaHash() {
    return schemaHash;
  }

  @Override
  public String toString() {
    return "FeatureView[" + name + " " + definition() + " ttl " + ttl + "]";
  }

  private static long hash(String definition) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(sha256.digest(definition.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  /**
   * Collects the features of a view. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private static final int MAX_VECTOR = 4_096;

    private final String name;
    private final List<Feature> features = new ArrayList<>();
    private Duration ttl = Duration.ofDays(30);

    private Builder(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    /**
     * Adds a {@link FeatureType#DOUBLE}.
     *
     * @param feature its name
     * @return this
     * @since 0.1
     */
    public Builder number(String feature) {
      return feature(feature, FeatureType.DOUBLE, 1);
    }

    /**
     * Adds a {@link FeatureType#LONG}.
     *
     * @param feature its name
     * @return this
     * @since 0.1
     */
    public Builder count(String feature) {
      return feature(feature, FeatureType.LONG, 1);
    }

    /**
     * Adds a {@link FeatureType#BOOLEAN}.
     *
     * @param feature its name
     * @return this
     * @since 0.1
     */
    public Builder flag(String feature) {
      return feature(feature, FeatureType.BOOLEAN, 1);
    }

    /**
     * Adds a {@link FeatureType#TEXT}.
     *
     * @param feature its name
     * @return this
     * @since 0.1
     */
    public Builder text(String feature) {
      return feature(feature, FeatureType.TEXT, 1);
    }

    /**
     * Adds a {@link FeatureType#VECTOR}.
     *
     * @param feature its name
     * @param length number of values, 1 to 4,096
     * @return this
     * @since 0.1
     */
    public Builder vector(String feature, int length) {
      return feature(feature, FeatureType.VECTOR, length);
    }

    /**
     * Sets how long a row stays valid after its event time.
     *
     * @param ttl longer than zero; 30 days unless set
     * @return this
     * @since 0.1
     */
    public Builder ttl(Duration ttl) {
      this.ttl = Objects.requireNonNull(ttl, "ttl");
      return this;
    }

    /**
     * Makes the view.
     *
     * @return the view
     * @throws ConfigException with every broken rule: names, lengths, no or doubled features
     * @since 0.1
     */
    public FeatureView build() {
      Faults faults =
          new Faults()
              .name("feature view name", name, NameRule.IDENTIFIER)
              .positive("feature view " + name + " ttl", ttl)
              .range("feature view " + name + " features", features.size(), 1, 1_024);
      for (Feature feature : features) {
        String subject = "feature " + name + "." + feature.name();
        faults
            .name(subject, feature.name(), NameRule.IDENTIFIER)
            .range(subject + " length", feature.length(), 1, MAX_VECTOR);
      }
      if (features.stream().map(Feature::name).distinct().count() < features.size()) {
        faults.add(
            "feature view " + name,
            features,
            "must not name a feature twice",
            "rename one of them");
      }
      faults.throwIfAny();
      return new FeatureView(this);
    }

    private Builder feature(String feature, FeatureType type, int length) {
      features.add(new Feature(Objects.requireNonNull(feature, "feature"), type, length));
      return this;
    }
  }
}
