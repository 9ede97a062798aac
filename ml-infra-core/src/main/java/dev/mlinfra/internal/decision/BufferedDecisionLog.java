package dev.mlinfra.internal.decision;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionCompleteness;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.decision.DecisionMask;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.DecisionOutcome;
import dev.mlinfra.decision.DecisionQuery;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.decision.RecentDecision;
import dev.mlinfra.decision.TrainingQuery;
import dev.mlinfra.decision.TrainingSet;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import dev.mlinfra.internal.buffer.Masking;
import dev.mlinfra.internal.buffer.Overflow;
import dev.mlinfra.internal.buffer.Parking;
import dev.mlinfra.internal.buffer.Sequenced;
import dev.mlinfra.internal.buffer.WriteBehind;
import dev.mlinfra.internal.buffer.WriterThread;
import dev.mlinfra.internal.pause.PauseSwitch;
import dev.mlinfra.internal.spool.Spool;
import dev.mlinfra.internal.time.Patience;
import dev.mlinfra.internal.training.TrainingSets;
import dev.mlinfra.spi.DeadLetter;
import dev.mlinfra.spi.DeadLetterStore;
import dev.mlinfra.spi.DecisionHistory;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedDecision;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.Written;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes decisions and feedback behind the host's back: two bounded buffers, one writer thread. */
public final class BufferedDecisionLog implements DecisionLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BufferedDecisionLog.class);

  private final DecisionSink sink;
  private final Optional<DecisionHistory> history;
  private final Optional<RecentDecisions> recent;
  private final PauseSwitch pause;
  private final TrainingSets trainingSets;
  private final WriteBehind<Decision> decisions;
  private final WriteBehind<Feedback> feedback;
  private final Optional<Spool> spool;
  private final WriterThread writer;

  /** Starts the writer thread. */
  public BufferedDecisionLog(
      BufferOptions options,
      Optional<Spool> spool,
      DecisionSink sink,
      Optional<DecisionHistory> history,
      Optional<RecentDecisions> recent,
      Optional<DeadLetterStore> deadLetters,
      PauseSwitch pause,
      Optional<DecisionMask> mask,
      TrainingSets trainingSets,
      Telemetry telemetry) {
    this.spool = spool;
    this.sink = sink;
    this.history = history;
    this.recent = recent;
    this.pause = pause;
    this.trainingSets = trainingSets;
    this.decisions =
        new WriteBehind<>(
            "decision",
            options,
            this::storeDecisions,
            spool.map(this::decisionLane).orElseGet(Overflow::none),
            new Parking<>(deadLetters, BufferedDecisionLog::letter),
            pause,
            mask.map(BufferedDecisionLog::decisionMasking).orElse(null),
            telemetry);
    this.feedback =
        new WriteBehind<>(
            "feedback",
            options,
            (batch, first) -> sink.writeFeedback(values(batch), first),
            spool.map(this::feedbackLane).orElseGet(Overflow::none),
            new Parking<>(deadLetters, BufferedDecisionLog::letter),
            pause,
            mask.map(BufferedDecisionLog::feedbackMasking).orElse(null),
            telemetry);
    this.writer =
        new WriterThread(
            "ml-infra-decision-writer",
            options.closeTimeout(),
            List.of(decisions, feedback),
            () -> spool.ifPresent(Spool::leave));
    sink.numbering(decisions::numberedTotal);
    spool.ifPresent(Spool::start);
  }

  @Override
  public Acceptance log(Decision decision) {
    return decisions.offer(decision);
  }

  @Override
  public Acceptance feedback(Feedback value) {
    return feedback.offer(value);
  }

  @Override
  public boolean flush(Duration timeout) {
    long deadline = System.nanoTime() + Patience.bounded(timeout).toNanos();
    return writer.flush(decisions, timeout)
        && writer.flush(feedback, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }

  @Override
  public boolean sync(Duration timeout) {
    long deadline = System.nanoTime() + Patience.bounded(timeout).toNanos();
    return writer.sync(decisions, timeout)
        && writer.sync(feedback, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
  }

  @Override
  public Ledger ledger() {
    return decisions.ledger();
  }

  @Override
  public Ledger feedbackLedger() {
    return feedback.ledger();
  }

  @Override
  public Optional<RecentDecision> recent(UUID id) {
    return pause.paused() ? Optional.empty() : recent.flatMap(cache -> cache.find(id));
  }

  @Override
  public long outcomes(DecisionQuery query, Consumer<DecisionOutcome> reader) {
    return history("outcomes").read(query, reader);
  }

  @Override
  public List<DecisionCompleteness> completeness(Instant from, Instant to) {
    return history("completeness").completeness(DecisionQuery.between(from, to));
  }

  @Override
  public TrainingSet trainingSet(TrainingQuery query) {
    return trainingSets.settle(query);
  }

  @Override
  public void close() {
    spool.ifPresent(Spool::closing);
    writer.close();
    spool.ifPresent(Spool::close);
  }

  private Overflow<Decision> decisionLane(Spool on) {
    return on.lane(
        "decision",
        sink.decisionRows().orElseThrow(BufferedDecisionLog::noRows),
        this::logged,
        batch -> recent.ifPresent(cache -> remember(cache, batch)));
  }

  private Overflow<Feedback> feedbackLane(Spool on) {
    return on.lane(
        "feedback",
        sink.feedbackRows().orElseThrow(BufferedDecisionLog::noRows),
        BufferedDecisionLog::values,
        batch -> {});
  }

  private DecisionHistory history(String call) {
    return history.orElseThrow(
        () ->
            new ModuleMissingException(
                "decisions()."
                    + call
                    + "() needs a module that reads decisions back; add ml-infra-postgres and"
                    + " install(Postgres.at(url))"));
  }

  private static ConfigException noRows() {
    return new ConfigException(
        "spool was set but the module that stores decisions keeps none outside of its store; remove"
            + " the spool or install another module");
  }

  private Written storeDecisions(List<Sequenced<Decision>> batch, boolean firstAttempt) {
    Written written = sink.write(logged(batch), firstAttempt);
    recent.ifPresent(cache -> remember(cache, batch));
    return written;
  }

  private List<LoggedDecision> logged(List<Sequenced<Decision>> batch) {
    List<LoggedDecision> rows = new ArrayList<>(batch.size());
    for (Sequenced<Decision> row : batch) {
      rows.add(new LoggedDecision(row.value(), row.sequence(), decisions.passProbability()));
    }
    return rows;
  }

  private static List<Feedback> values(List<Sequenced<Feedback>> batch) {
    return batch.stream().map(Sequenced::value).toList();
  }

  @SuppressWarnings("CatchingUnchecked") // the batch is stored; a faulty cache must not undo that
  private static void remember(RecentDecisions cache, List<Sequenced<Decision>> batch) {
    try {
      // A shadow has the id of what was acted upon, which is what quick feedback asks for.
      cache.remember(
          batch.stream()
              .map(Sequenced::value)
              .filter(decision -> decision.mode() != DecisionMode.SHADOW)
              .map(BufferedDecisionLog::brief)
              .toList());
    } catch (RuntimeException e) {
      LOG.warn("recent decisions were not remembered: {}", e.toString());
    }
  }

  private static Masking<Decision> decisionMasking(DecisionMask mask) {
    return new Masking<>(
        "decision.mask",
        mask::mask,
        (before, after) ->
            before.id().equals(after.id()) && before.decidedAt().equals(after.decidedAt()));
  }

  private static Masking<Feedback> feedbackMasking(DecisionMask mask) {
    return new Masking<>(
        "feedback.mask",
        mask::mask,
        (before, after) -> before.decisionId().equals(after.decisionId()));
  }

  private static RecentDecision brief(Decision decision) {
    return new RecentDecision(
        decision.id(),
        decision.decidedAt(),
        decision.agent(),
        decision.model(),
        decision.modelVersion(),
        decision.action(),
        decision.propensity());
  }

  private static DeadLetter letter(Decision decision, String cause) {
    String payload =
        "agent="
            + decision.agent()
            + " action="
            + decision.action()
            + " propensity="
            + decision.propensity()
            + " decidedAt="
            + decision.decidedAt()
            + " context="
            + decision.context();
    return new DeadLetter("decision", decision.id().toString(), payload, cause, 1);
  }

  private static DeadLetter letter(Feedback feedback, String cause) {
    return new DeadLetter("feedback", feedback.id().toString(), feedback.toString(), cause, 1);
  }
}
