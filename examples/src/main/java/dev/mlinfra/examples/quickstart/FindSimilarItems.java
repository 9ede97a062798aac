package dev.mlinfra.examples.quickstart;

import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternStore;
import dev.mlinfra.pattern.SimilarPattern;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Finds the items that are most like the one with the best click rate. */
final class FindSimilarItems {
  private static final int NEIGHBOURS = 3;

  private final PatternStore patterns;

  FindSimilarItems(PatternStore patterns) {
    this.patterns = patterns;
  }

  String find(List<LearnedPattern> learned) {
    LearnedPattern best =
        learned.stream()
            .max(
                Comparator.comparingDouble(LearnedPattern::confidence)
                    .thenComparing(LearnedPattern::key))
            .orElseThrow(() -> new QuickStartException("no pattern was learned"));
    List<SimilarPattern> nearest =
        patterns.similar(best.kind(), best.embedding(), NEIGHBOURS + 1).stream()
            .filter(similar -> !similar.pattern().key().equals(best.key()))
            .limit(NEIGHBOURS)
            .toList();
    if (nearest.size() < NEIGHBOURS) {
      throw new QuickStartException("only " + nearest.size() + " patterns like " + best.key());
    }
    return nearest.stream()
        .map(it -> String.format(Locale.ROOT, "%s %.2f", it.pattern().key(), it.similarity()))
        .collect(Collectors.joining(", ", "like " + best.key() + ", the best: ", ""));
  }
}
