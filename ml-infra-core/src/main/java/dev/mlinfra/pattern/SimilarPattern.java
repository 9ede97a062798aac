package dev.mlinfra.pattern;

import java.util.Objects;

/**
 * A pattern found by its embedding. Immutable.
 *
 * @param pattern what was found
 * @param similarity cosine similarity, -1 to 1
 * @since 0.1
 */
public record SimilarPattern(LearnedPattern pattern, double similarity) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public SimilarPattern {
    Objects.requireNonNull(pattern, "pattern");
  }
}
