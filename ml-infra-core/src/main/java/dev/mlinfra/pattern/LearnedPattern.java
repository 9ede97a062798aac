package dev.mlinfra.pattern;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.spi.check.Vectors;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;

/**
 * Something learned: counters that processors add up, and an embedding by which similar ones are
 * found. Immutable.
 *
 * @param kind what sort of pattern, as {@code item}
 * @param key which one, as {@code item-79}
 * @param counters sums by name, as {@code clicks}
 * @param support on how many observations it rests
 * @param confidence in [0, 1]
 * @param embedding finite values, empty for none
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare the values
public record LearnedPattern(
    String kind,
    String key,
    Map<String, Double> counters,
    long support,
    double confidence,
    float[] embedding) {
  private static final int MAX_NAME_CHARS = 128;

  /**
   * Copies map and vector and checks all values.
   *
   * @throws InvalidInputException with every broken rule
   * @since 0.1
   */
  public LearnedPattern {
    counters = Map.copyOf(counters);
    embedding = embedding.clone();
    check(kind, key, counters, support, confidence, embedding);
  }

  /**
   * Starts a pattern without counters and embedding.
   *
   * @param kind what sort
   * @param key which one
   * @return the pattern
   * @throws InvalidInputException when a name breaks a rule
   * @since 0.1
   */
  public static LearnedPattern of(String kind, String key) {
    return new LearnedPattern(kind, key, Map.of(), 0, 0, new float[0]);
  }

  /**
   * Sets the counters.
   *
   * @param sums by name, all finite
   * @return a changed copy
   * @throws InvalidInputException when a value breaks a rule
   * @since 0.1
   */
  public LearnedPattern counters(Map<String, Double> sums) {
    return new LearnedPattern(kind, key, sums, support, confidence, embedding);
  }

  /**
   * Sets on how many observations it rests and how sure it is.
   *
   * @param observations not negative
   * @param certainty in [0, 1]
   * @return a changed copy
   * @throws InvalidInputException when a value breaks a rule
   * @since 0.1
   */
  public LearnedPattern support(long observations, double certainty) {
    return new LearnedPattern(kind, key, counters, observations, certainty, embedding);
  }

  /**
   * Sets the embedding.
   *
   * @param vector finite values, as many as the store is configured for
   * @return a changed copy
   * @throws InvalidInputException when a value breaks a rule
   * @since 0.1
   */
  public LearnedPattern embedding(float... vector) {
    return new LearnedPattern(kind, key, counters, support, confidence, vector);
  }

  /**
   * Sets the embedding, cut to the precision in which it is stored.
   *
   * @param vector as of {@link #embedding(float...)}
   * @return a changed copy
   * @throws InvalidInputException when a value breaks a rule
   * @since 0.1
   */
  public LearnedPattern embedding(double... vector) {
    return embedding(Vectors.floats(vector));
  }

  /**
   * Returns a copy of the embedding.
   *
   * @return empty for none
   * @since 0.1
   */
  @Override
  public float[] embedding() {
    return embedding.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LearnedPattern that
        && kind.equals(that.kind)
        && key.equals(that.key)
        && counters.equals(that.counters)
        && support == that.support
        && confidence == that.confidence
        && Arrays.equals(embedding, that.embedding);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, key);
  }

  @Override
  public String toString() {
    return "LearnedPattern[" + kind + " " + key + " " + counters + " support " + support + "]";
  }

  private static void check(
      String kind,
      String key,
      Map<String, Double> counters,
      long support,
      double confidence,
      float[] embedding) {
    Faults faults = new Faults();
    Texts.requiredFault("pattern.kind", kind, MAX_NAME_CHARS).ifPresent(faults::addLine);
    Texts.requiredFault("pattern.key", key, MAX_NAME_CHARS).ifPresent(faults::addLine);
    faults.range("pattern.support", support, 0, Long.MAX_VALUE);
    if (!(confidence >= 0 && confidence <= 1)) {
      faults.add("pattern.confidence", confidence, "must be in [0, 1]", "pass a probability");
    }
    counters.forEach(
        (name, value) -> {
          Texts.requiredFault("pattern.counter name", name, MAX_NAME_CHARS)
              .ifPresent(faults::addLine);
          if (!Double.isFinite(value)) {
            faults.add("pattern.counter " + name, value, "must be finite", "leave it out");
          }
        });
    for (float value : embedding) {
      if (!Float.isFinite(value)) {
        faults.add("pattern.embedding", value, "must be finite", "replace missing values first");
        break;
      }
    }
    faults.refuseIfAny();
  }
}
