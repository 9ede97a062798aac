package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.SimilarPattern;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Stores patterns with embeddings and finds the ones that point in the same direction. */
public final class FindSimilarPatterns {
  private static final int DIMENSIONS = 64;

  private FindSimilarPatterns() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("find-similar-patterns"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema();
      // region put
      ml.patterns()
          .put(
              List.of(
                  garment("coat").embedding(direction(1.0, 0.1)),
                  garment("jacket").embedding(direction(0.9, 0.3)),
                  garment("sandal").embedding(direction(0.1, 1.0))));
      // endregion

      // region similar
      List<SimilarPattern> nearest =
          ml.patterns().similar("garment", direction(1.0, 0.0), 2); // by cosine, nearest first
      // endregion
      for (SimilarPattern found : nearest) {
        out.println(
            String.format(Locale.ROOT, "%s %.3f", found.pattern().key(), found.similarity()));
      }
    }
  }

  private static LearnedPattern garment(String key) {
    return LearnedPattern.of("garment", key).counters(Map.of("sold", 3.0)).support(40, 0.8);
  }

  private static float[] direction(double warm, double light) {
    float[] vector = new float[DIMENSIONS];
    vector[0] = (float) warm;
    vector[1] = (float) light;
    return vector;
  }
}
