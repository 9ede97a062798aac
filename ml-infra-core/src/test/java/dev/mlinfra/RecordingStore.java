package dev.mlinfra;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RowStore;
import dev.mlinfra.spi.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A store in memory that can be out of reach, hang, refuse an action or fail in a strange way. */
class RecordingStore implements DecisionSink, DeadLetterStore {
  final List<LoggedDecision> decisions = new ArrayList<>();
  final List<Feedback> feedback = new ArrayList<>();
  final List<Activation> activations = new ArrayList<>();
  final List<DeadLetter> letters = new ArrayList<>();
  final List<Boolean> firstAttempts = new ArrayList<>();
  final Set<String> refusedActions = ConcurrentHashMap.newKeySet();
  volatile boolean down;
  volatile int mostRows = Integer.MAX_VALUE;
  volatile @Nullable Error error;
  volatile CountDownLatch hang = new CountDownLatch(0);

  @Override
  public synchronized Written write(List<LoggedDecision> batch, boolean firstAttempt) {
    firstAttempts.add(firstAttempt);
    fail();
    if (batch.size() > mostRows) {
      throw new OutOfMemoryError("by the test");
    }
    for (LoggedDecision row : batch) {
      if (refusedActions.contains(row.decision().action())) {
        throw new CorruptDataException("action was refused by the test");
      }
    }
    int before = decisions.size();
    Set<Key> known = new HashSet<>();
    decisions.forEach(row -> known.add(Key.of(row)));
    batch.stream().filter(row -> known.add(Key.of(row))).forEach(decisions::add);
    int inserted = decisions.size() - before;
    return new Written(inserted, batch.size() - inserted);
  }

  @Override
  public synchronized Written writeFeedback(List<Feedback> batch, boolean firstAttempt) {
    fail();
    feedback.addAll(batch);
    return new Written(batch.size(), 0);
  }

  @Override
  public synchronized Written writeActivations(List<Activation> batch, boolean firstAttempt) {
    fail();
    activations.addAll(batch);
    return new Written(batch.size(), 0);
  }

  @Override
  public Optional<RowStore<LoggedDecision>> decisionRows() {
    return Optional.of(new RememberedRows<>("decision", row -> row.decision().id(), this::write));
  }

  @Override
  public Optional<RowStore<Feedback>> feedbackRows() {
    return Optional.of(new RememberedRows<>("feedback", Feedback::id, this::writeFeedback));
  }

  @Override
  public Optional<RowStore<Activation>> activationRows() {
    return Optional.of(
        new RememberedRows<>("activation", Activation::decisionId, this::writeActivations));
  }

  @Override
  public synchronized void park(DeadLetter letter) {
    fail();
    letters.add(letter);
  }

  @Override
  public synchronized List<DeadLetter> list(String origin, int limit) {
    return letters.stream().filter(letter -> letter.origin().equals(origin)).limit(limit).toList();
  }

  synchronized List<Decision> stored() {
    return decisions.stream().map(LoggedDecision::decision).toList();
  }

  synchronized List<Long> sequences() {
    return decisions.stream().map(LoggedDecision::sequence).toList();
  }

  private void fail() {
    try {
      hang.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("store was interrupted by the test");
    }
    Error strange = error;
    if (strange != null) {
      throw strange;
    }
    if (down) {
      throw new UnavailableException("store was taken down by the test");
    }
  }

  private record Key(UUID id, Instant decidedAt) {
    private static Key of(LoggedDecision row) {
      return new Key(row.decision().id(), row.decision().decidedAt());
    }
  }
}
