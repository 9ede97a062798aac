package dev.mlinfra.testing.fake;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.RowSink;
import dev.mlinfra.spi.Written;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Keeps each decision, each feedback and the first activation of a decision. */
final class FakeDecisionSink implements DecisionSink {
  private record Key(UUID id, Instant at) {
    static Key of(LoggedRow<Decision> row) {
      return new Key(row.value().id(), row.value().decidedAt());
    }
  }

  private record ActivationKey(UUID decisionId) {}

  private final Faulty faulty;
  private final Clock clock;
  private final Object lock = new Object();
  private final Map<Key, LoggedRow<Decision>> decisions = new LinkedHashMap<>();
  private final Map<UUID, Feedback> feedback = new LinkedHashMap<>();
  private final Map<ActivationKey, Activation> activations = new LinkedHashMap<>();
  private final Map<Object, Instant> storedAt = new HashMap<>();
  private final FakeForgotten forgotten = new FakeForgotten();
  private final RowSink<Decision> decisionSink =
      new FakeRows<>("decision", FakeDecisionSink::letterId, this::write);
  private final RowSink<Feedback> feedbackSink =
      new FakeRows<>("feedback", row -> row.id().toString(), this::writeFeedback);
  private final RowSink<Activation> activationSink =
      new FakeRows<>("activation", row -> row.decisionId().toString(), this::writeActivations);

  FakeDecisionSink(Faulty faulty, Clock clock) {
    this.faulty = faulty;
    this.clock = clock;
  }

  @Override
  public RowSink<Decision> decisions() {
    return decisionSink;
  }

  @Override
  public RowSink<Feedback> feedback() {
    return feedbackSink;
  }

  @Override
  public RowSink<Activation> activations() {
    return activationSink;
  }

  @Override
  public void numbering(LongSupplier numbered) {
    // nothing is lost here but what the test loses
  }

  /** A copy of what is stored. */
  List<LoggedRow<Decision>> storedDecisions() {
    synchronized (lock) {
      return new ArrayList<>(decisions.values());
    }
  }

  /** A copy of the feedback that is stored. */
  List<Feedback> storedFeedback() {
    synchronized (lock) {
      return new ArrayList<>(feedback.values());
    }
  }

  /** A copy of the activations that are stored. */
  List<Activation> storedActivations() {
    synchronized (lock) {
      return new ArrayList<>(activations.values());
    }
  }

  /** When a decision began to count, with what was stored by then; empty when it did not. */
  Optional<Instant> countsFrom(Decision decision, Instant bound) {
    if (!decision.deferred()) {
      return Optional.of(decision.decidedAt());
    }
    ActivationKey key = new ActivationKey(decision.id());
    synchronized (lock) {
      return storedBefore(key, bound)
          ? Optional.ofNullable(activations.get(key)).map(Activation::activatedAt)
          : Optional.empty();
    }
  }

  void keepOut(String subject, Instant decidedUntil) {
    synchronized (lock) {
      forgotten.keepOut(subject, decidedUntil);
    }
  }

  int deleteDecisions(String subject) {
    synchronized (lock) {
      decisions.values().stream()
          .filter(row -> forgotten.names(row.value(), subject))
          .forEach(row -> forgotten.deleted(row, subject));
      int before = decisions.size();
      List<UUID> ids = forgotten.of(subject);
      decisions.values().stream()
          .filter(row -> ids.contains(row.value().id()))
          .forEach(forgotten::number);
      decisions.keySet().removeIf(key -> ids.contains(key.id()));
      return before - decisions.size();
    }
  }

  Set<Long> forgottenNumbers() {
    synchronized (lock) {
      return forgotten.numbers();
    }
  }

  int deleteFeedback(String subject) {
    synchronized (lock) {
      int before = feedback.size();
      List<UUID> ids = forgotten.of(subject);
      feedback.values().removeIf(row -> ids.contains(row.decisionId()));
      activations.keySet().removeIf(key -> ids.contains(key.decisionId()));
      return before - feedback.size();
    }
  }

  List<UUID> forgotten(String subject) {
    synchronized (lock) {
      return forgotten.of(subject);
    }
  }

  long heldBack(String subject) {
    synchronized (lock) {
      return forgotten.heldBack(subject);
    }
  }

  boolean storedBefore(LoggedRow<Decision> row, Instant bound) {
    return storedBefore(Key.of(row), bound);
  }

  boolean storedBefore(Feedback row, Instant bound) {
    return storedBefore(row.id(), bound);
  }

  private boolean storedBefore(Object key, Instant bound) {
    synchronized (lock) {
      Instant at = storedAt.get(key);
      return at != null && at.isBefore(bound);
    }
  }

  private static Call call(List<?> batch, boolean firstAttempt) {
    return new Call(Part.DECISION_SINK, batch, firstAttempt);
  }

  private Written write(List<LoggedRow<Decision>> rows, boolean firstAttempt) {
    return faulty.call(
        call(rows, firstAttempt), () -> add(decisions, rows, Key::of, this::keptOut));
  }

  private Written writeFeedback(List<LoggedRow<Feedback>> rows, boolean firstAttempt) {
    List<Feedback> batch = rows.stream().map(LoggedRow::value).toList();
    return faulty.call(
        call(batch, firstAttempt),
        () ->
            add(feedback, batch, Feedback::id, row -> forgotten.refusesFeedback(row.decisionId())));
  }

  private Written writeActivations(List<LoggedRow<Activation>> rows, boolean firstAttempt) {
    List<Activation> batch = rows.stream().map(LoggedRow::value).toList();
    return faulty.call(
        call(batch, firstAttempt),
        () ->
            add(
                activations,
                batch,
                row -> new ActivationKey(row.decisionId()),
                row -> forgotten.refusesFeedback(row.decisionId())));
  }

  private static String letterId(Decision decision) {
    return DeadLetter.idOf(decision.id(), decision.mode(), decision.decidedAt());
  }

  private boolean keptOut(LoggedRow<Decision> row) {
    boolean refused = forgotten.refuses(row.value());
    LoggedRow<Decision> before = decisions.get(Key.of(row));
    if (refused || (before != null && before.sequence() != row.sequence())) {
      forgotten.number(row);
    }
    return refused;
  }

  private <K, V> Written add(
      Map<K, V> rows, List<V> batch, Function<V, K> key, Predicate<V> keptOut) {
    synchronized (lock) {
      int before = rows.size();
      for (V row : batch) {
        if (keptOut.test(row)) {
          continue;
        }
        rows.putIfAbsent(key.apply(row), row);
        storedAt.putIfAbsent(key.apply(row), clock.instant());
      }
      int inserted = rows.size() - before;
      return new Written(inserted, batch.size() - inserted);
    }
  }
}
