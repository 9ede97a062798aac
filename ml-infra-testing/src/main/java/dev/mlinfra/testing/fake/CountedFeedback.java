package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Feedback;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Feedback of a decision in the order of its observation, without what was replaced. */
final class CountedFeedback {
  private static final Comparator<Feedback> BY_OBSERVATION =
      Comparator.<Feedback, Instant>comparing(row -> row.observedAt())
          .thenComparing(row -> row.id(), FakeDecisionReader.BY_BYTES);

  /** Of those observed at one time, what replaces is the later one. */
  private static final Comparator<Feedback> BY_REPLACEMENT =
      Comparator.<Feedback, Instant>comparing(row -> row.observedAt())
          .thenComparing(given -> given.replaces())
          .thenComparing(row -> row.id(), FakeDecisionReader.BY_BYTES);

  private CountedFeedback() {}

  static List<Feedback> of(Stream<Feedback> all) {
    List<Feedback> counted = new ArrayList<>();
    all.sorted(BY_REPLACEMENT)
        .forEach(
            next -> {
              if (next.replaces()) {
                counted.removeIf(before -> before.kind().equals(next.kind()));
              }
              counted.add(next);
            });
    counted.sort(BY_OBSERVATION);
    return counted;
  }
}
