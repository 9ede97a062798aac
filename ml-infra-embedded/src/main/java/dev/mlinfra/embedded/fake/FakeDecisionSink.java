package dev.mlinfra.embedded.fake;

import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Keeps each decision and each feedback once. */
final class FakeDecisionSink implements DecisionSink {
  private record Key(UUID id, Instant at) {}

  private final Faulty faulty;
  private final Clock clock;
  private final Object lock = new Object();
  private final Map<Key, LoggedDecision> decisions = new LinkedHashMap<>();
  private final Map<UUID, Feedback> feedback = new LinkedHashMap<>();
  private final Map<Object, Instant> storedAt = new HashMap<>();
  private final RowStore<LoggedDecision> decisionRows =
      new FakeRows<>("decision", row -> row.decision().id().toString(), this::write);
  private final RowStore<Feedback> feedbackRows =
      new FakeRows<>("feedback", row -> row.id().toString(), this::writeFeedback);

  FakeDecisionSink(Faulty faulty, Clock clock) {
    this.faulty = faulty;
    this.clock = clock;
  }

  @Override
  public Written write(List<LoggedDecision> batch, boolean firstAttempt) {
    return faulty.call(Part.DECISION_SINK, () -> add(batch));
  }

  @Override
  public Written writeFeedback(List<Feedback> batch, boolean firstAttempt) {
    return faulty.call(Part.DECISION_SINK, () -> addFeedback(batch));
  }

  @Override
  public Optional<RowStore<LoggedDecision>> decisionRows() {
    return Optional.of(decisionRows);
  }

  @Override
  public Optional<RowStore<Feedback>> feedbackRows() {
    return Optional.of(feedbackRows);
  }

  /** A copy of what is stored. */
  List<LoggedDecision> decisions() {
    synchronized (lock) {
      return new ArrayList<>(decisions.values());
    }
  }

  /** A copy of the feedback that is stored. */
  List<Feedback> feedback() {
    synchronized (lock) {
      return new ArrayList<>(feedback.values());
    }
  }

  boolean storedBefore(LoggedDecision row, Instant bound) {
    return storedBefore(new Key(row.decision().id(), row.decision().decidedAt()), bound);
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

  private Written add(List<LoggedDecision> batch) {
    synchronized (lock) {
      int before = decisions.size();
      for (LoggedDecision row : batch) {
        Key key = new Key(row.decision().id(), row.decision().decidedAt());
        decisions.putIfAbsent(key, row);
        storedAt.putIfAbsent(key, clock.instant());
      }
      return written(decisions.size() - before, batch.size());
    }
  }

  private Written addFeedback(List<Feedback> batch) {
    synchronized (lock) {
      int before = feedback.size();
      for (Feedback row : batch) {
        feedback.putIfAbsent(row.id(), row);
        storedAt.putIfAbsent(row.id(), clock.instant());
      }
      return written(feedback.size() - before, batch.size());
    }
  }

  private static Written written(int inserted, int offered) {
    return new Written(inserted, offered - inserted);
  }
}
