package dev.mlinfra.integration;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.error.CorruptDataException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A store in memory that does to each batch what a test wants. Thread-safe. */
final class MemorySink implements InfraModule {
  static final String POISON = "poison";

  private final Map<UUID, LoggedDecision> decisions = new ConcurrentHashMap<>();
  private final Map<UUID, Feedback> feedback = new ConcurrentHashMap<>();
  private final Map<String, DeadLetter> parked = new ConcurrentHashMap<>();
  private volatile Consumer<List<LoggedDecision>> before = batch -> {};
  private volatile Consumer<List<LoggedDecision>> after = batch -> {};
  private volatile boolean parkingDown;

  /** Runs before a batch is stored; what it throws is thrown at the library. */
  MemorySink before(Consumer<List<LoggedDecision>> hook) {
    before = hook;
    return this;
  }

  /** Runs when a batch is stored and the library does not know it yet. */
  MemorySink after(Consumer<List<LoggedDecision>> hook) {
    after = hook;
    return this;
  }

  MemorySink parkingDown(boolean down) {
    parkingDown = down;
    return this;
  }

  LoggedDecision decision(UUID id) {
    return decisions.get(id);
  }

  List<UUID> decisionIds() {
    return List.copyOf(decisions.keySet());
  }

  List<UUID> feedbackDecisionIds() {
    return feedback.values().stream().map(Feedback::decisionId).toList();
  }

  List<DeadLetter> parked() {
    return List.copyOf(parked.values());
  }

  List<UUID> parkedIds() {
    return parked.values().stream().map(letter -> UUID.fromString(letter.subjectId())).toList();
  }

  @Override
  public String name() {
    return "memory-sink";
  }

  @Override
  public List<String> faults() {
    return List.of();
  }

  @Override
  public void open(Wiring wiring) {
    wiring.provide(DecisionSink.class, new Sink());
    wiring.provide(DeadLetterStore.class, new Parking());
  }

  private final class Sink implements DecisionSink {
    @Override
    public Written write(List<LoggedDecision> batch, boolean firstAttempt) {
      before.accept(batch);
      for (LoggedDecision row : batch) {
        if (row.decision().action().equals(POISON)) {
          throw new CorruptDataException("row was refused; correct it");
        }
      }
      int repeated = 0;
      for (LoggedDecision row : batch) {
        if (decisions.putIfAbsent(row.decision().id(), row) != null) {
          repeated++;
        }
      }
      after.accept(batch);
      return new Written(batch.size() - repeated, repeated);
    }

    @Override
    public Written writeFeedback(List<Feedback> batch, boolean firstAttempt) {
      batch.forEach(row -> feedback.put(row.id(), row));
      return new Written(batch.size(), 0);
    }

    @Override
    public Written writeActivations(List<Activation> batch, boolean firstAttempt) {
      return new Written(batch.size(), 0);
    }
  }

  private final class Parking implements DeadLetterStore {
    @Override
    public void park(DeadLetter letter) {
      if (parkingDown) {
        throw new UnavailableException("dead letters are down; try again");
      }
      parked.put(letter.subjectId(), letter);
    }

    @Override
    public List<DeadLetter> list(String origin, int limit) {
      return new ArrayList<>(parked.values());
    }
  }
}
