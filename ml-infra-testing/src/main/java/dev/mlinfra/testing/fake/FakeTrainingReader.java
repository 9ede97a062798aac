package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.feature.AsOf;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.spi.JoinedDecision;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.PackedRow;
import dev.mlinfra.spi.TrainingReader;
import dev.mlinfra.training.RewardAggregate;
import dev.mlinfra.training.TrainingQuery;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Joins what the sink stored with what the offline store knows, in the plainest way. All decisions
 * count as those of one process.
 */
final class FakeTrainingReader implements TrainingReader {
  private final Faulty faulty;
  private final FakeDecisionSink sink;
  private final FakeOfflineStore offline;
  private final Clock clock;

  FakeTrainingReader(Faulty faulty, FakeDecisionSink sink, FakeOfflineStore offline, Clock clock) {
    this.faulty = faulty;
    this.sink = sink;
    this.offline = offline;
    this.clock = clock;
  }

  @Override
  public Instant settled(Optional<Instant> wanted) {
    // What was stored within this microsecond is before the next one.
    return faulty.call(
        Part.DECISION_HISTORY,
        () -> clock.instant().truncatedTo(ChronoUnit.MICROS).plus(1, ChronoUnit.MICROS));
  }

  @Override
  public long read(TrainingQuery query, Consumer<JoinedDecision> reader) {
    List<JoinedDecision> found = faulty.call(Part.DECISION_HISTORY, () -> join(query));
    found.forEach(reader);
    return found.size();
  }

  private List<JoinedDecision> join(TrainingQuery query) {
    Instant bound = query.knownBefore().orElse(Instant.MAX);
    List<LoggedRow<Decision>> known =
        sink.storedDecisions().stream().filter(row -> sink.storedBefore(row, bound)).toList();
    List<LoggedRow<Decision>> span =
        known.stream()
            .filter(row -> !row.value().decidedAt().isBefore(query.decisions().from()))
            .filter(row -> row.value().decidedAt().isBefore(query.decisions().to()))
            .toList();
    Map<Instant, Double> completeness =
        FakeNumbers.minutes("fake", known, sink.forgottenNumbers()).stream()
            .collect(Collectors.toMap(DecisionCompleteness::minute, DecisionCompleteness::ratio));
    Map<UUID, List<Feedback>> feedback =
        sink.storedFeedback().stream()
            .filter(row -> sink.storedBefore(row, bound))
            .collect(Collectors.groupingBy(Feedback::decisionId));
    return span.stream()
        .filter(row -> FakeDecisionReader.asked(query.decisions(), row.value()))
        .filter(row -> query.mode().map(row.value().mode()::equals).orElse(true))
        .filter(row -> sink.countsFrom(row.value(), bound).isPresent())
        .sorted(FakeDecisionReader.BY_TIME)
        .map(
            row ->
                joined(
                    query,
                    row,
                    completeness.getOrDefault(FakeNumbers.minute(row), 1.0),
                    feedback.getOrDefault(row.value().id(), List.of())))
        .toList();
  }

  private JoinedDecision joined(
      TrainingQuery query, LoggedRow<Decision> row, double completeness, List<Feedback> all) {
    Decision decision = row.value();
    Instant start =
        sink.countsFrom(decision, query.knownBefore().orElse(Instant.MAX))
            .orElse(decision.decidedAt());
    List<Feedback> counting =
        CountedFeedback.of(
            all.stream()
                .filter(
                    given ->
                        query.decisions().feedbackKind().map(given.kind()::equals).orElse(true))
                .filter(
                    given ->
                        query
                            .window()
                            .map(start::plus)
                            .map(end -> !given.observedAt().isAfter(end))
                            .orElse(true)));
    List<Optional<PackedRow>> features =
        query.features().stream()
            .map(
                join ->
                    join.entity(decision)
                        .flatMap(
                            entity ->
                                offline.known(
                                    join.view(),
                                    new AsOf(entity, decision.decidedAt()),
                                    knownUntil(query))))
            .toList();
    return new JoinedDecision(
        decision,
        row.passProbability(),
        completeness,
        decision.deferred() ? Optional.of(start) : Optional.empty(),
        counting.size(),
        reward(query.aggregate(), counting),
        features);
  }

  /** Of a decision that a clock ahead has put behind the bound. */
  private static Instant knownUntil(TrainingQuery query) {
    return query.knownBefore().map(bound -> bound.minus(1, ChronoUnit.MICROS)).orElse(Instant.MAX);
  }

  private static OptionalDouble reward(RewardAggregate aggregate, List<Feedback> ordered) {
    if (ordered.isEmpty()) {
      return OptionalDouble.empty();
    }
    double first = ordered.get(0).reward();
    double sum = first;
    double max = first;
    for (Feedback given : ordered.subList(1, ordered.size())) {
      sum += given.reward();
      max = Math.max(max, given.reward());
    }
    return OptionalDouble.of(
        switch (aggregate) {
          case FIRST -> first;
          case LAST -> ordered.get(ordered.size() - 1).reward();
          case SUM -> sum;
          case MAX -> max;
          case MEAN -> sum / ordered.size();
        });
  }
}
