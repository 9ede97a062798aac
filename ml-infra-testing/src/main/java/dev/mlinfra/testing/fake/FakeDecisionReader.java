package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.LoggedRow;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Joins what the sink stored. */
final class FakeDecisionReader implements DecisionReader {
  /** As PostgreSQL orders ids: by their bytes, unsigned. */
  static final Comparator<UUID> BY_BYTES =
      Comparator.comparing(UUID::getMostSignificantBits, Long::compareUnsigned)
          .thenComparing(UUID::getLeastSignificantBits, Long::compareUnsigned);

  static final Comparator<LoggedRow<Decision>> BY_TIME =
      Comparator.<LoggedRow<Decision>, Instant>comparing(row -> row.value().decidedAt())
          .thenComparing(row -> row.value().id(), BY_BYTES);

  private final Faulty faulty;
  private final FakeDecisionSink sink;

  FakeDecisionReader(Faulty faulty, FakeDecisionSink sink) {
    this.faulty = faulty;
    this.sink = sink;
  }

  @Override
  public long read(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    List<DecisionOutcome> found = faulty.call(Part.DECISION_HISTORY, () -> join(query));
    found.forEach(reader);
    return found.size();
  }

  private List<DecisionOutcome> join(DecisionQuery query) {
    Map<UUID, List<Feedback>> feedback =
        sink.storedFeedback().stream()
            .filter(row -> query.feedbackKind().map(row.kind()::equals).orElse(true))
            .collect(Collectors.groupingBy(Feedback::decisionId));
    return sink.storedDecisions().stream()
        .filter(row -> asked(query, row.value()))
        .filter(row -> sink.countsFrom(row.value(), Instant.MAX).isPresent())
        .sorted(BY_TIME)
        .limit(query.limit())
        .map(row -> outcome(row, feedback.getOrDefault(row.value().id(), List.of())))
        .toList();
  }

  @Override
  public List<DecisionCompleteness> completeness(DecisionQuery query) {
    return faulty.call(
        Part.DECISION_HISTORY,
        () ->
            FakeNumbers.minutes("fake", sink.storedDecisions(), sink.forgottenNumbers()).stream()
                .filter(row -> !row.minute().isBefore(query.from()))
                .filter(row -> row.minute().isBefore(query.to()))
                .toList());
  }

  static boolean asked(DecisionQuery query, Decision decision) {
    return !decision.decidedAt().isBefore(query.from())
        && decision.decidedAt().isBefore(query.to())
        && query.agent().map(decision.agent()::equals).orElse(true)
        && query.model().map(decision.model()::equals).orElse(true);
  }

  private static DecisionOutcome outcome(LoggedRow<Decision> row, List<Feedback> feedback) {
    List<Feedback> counted = CountedFeedback.of(feedback.stream());
    double sum = counted.stream().mapToDouble(Feedback::reward).sum();
    return new DecisionOutcome(row.value(), row.passProbability(), counted.size(), sum);
  }
}
