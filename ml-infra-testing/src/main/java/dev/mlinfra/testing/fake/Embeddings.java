package dev.mlinfra.testing.fake;

import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.Faults;

/** The rule for embeddings, and how near two are. */
final class Embeddings {
  private static final int DEFAULT_DIMENSIONS = 64;

  private volatile int dimensions = DEFAULT_DIMENSIONS;

  void dimensions(int length) {
    dimensions = length;
  }

  /** Refuses a vector of another length or without a direction. */
  void check(float[] embedding) {
    if (embedding.length != dimensions) {
      throw new InvalidInputException(
          Faults.line(
              "pattern.embedding length",
              embedding.length,
              "must be " + dimensions + ", as the fake was made",
              "pass a vector of that length or call embeddingDimensions"));
    }
    for (float value : embedding) {
      if (value != 0) {
        return;
      }
    }
    throw new InvalidInputException(
        "pattern.embedding was all zeros but must have a direction; leave it out instead");
  }

  static double cosine(float[] one, float[] other) {
    double dot = 0;
    double oneSquared = 0;
    double otherSquared = 0;
    for (int i = 0; i < one.length; i++) {
      dot += (double) one[i] * other[i];
      oneSquared += (double) one[i] * one[i];
      otherSquared += (double) other[i] * other[i];
    }
    return dot / Math.sqrt(oneSquared * otherSquared);
  }
}
