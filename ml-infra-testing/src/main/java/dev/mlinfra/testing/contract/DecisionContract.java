package dev.mlinfra.testing.contract;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.DecisionReader;
import dev.mlinfra.spi.DecisionSink;
import dev.mlinfra.spi.LoggedRow;
import dev.mlinfra.spi.RowBatch;
import dev.mlinfra.spi.Written;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the contracts of decisions have in common: a minute in which no other test decides, and
 * short ways to store.
 *
 * @since 0.1
 */
public abstract class DecisionContract extends Contract {
  private static final AtomicLong NUMBERS = new AtomicLong();

  final String agent = unique("agent");
  private final long minutesAgo = ThreadLocalRandom.current().nextLong(60, 500_000);

  DecisionContract() {}

  /** The start of the minute. */
  final Instant minute() {
    return now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(minutesAgo));
  }

  final DecisionBuilder decision(int second, String action) {
    return Decision.by(agent).decidedAt(minute().plusSeconds(second)).action(action);
  }

  final Written log(Decision... decisions) {
    return write(true, rows(decisions));
  }

  /** Numbers rows as a host does. */
  @SafeVarargs
  static <T> RowBatch<T> rows(T... values) {
    List<LoggedRow<T>> rows = new ArrayList<>();
    for (T value : values) {
      rows.add(new LoggedRow<>(value, NUMBERS.incrementAndGet(), 0.5));
    }
    return RowBatch.of(rows);
  }

  /** Gives a number to a decision that gets lost. */
  static void loseOne() {
    NUMBERS.incrementAndGet();
  }

  final Written write(boolean firstAttempt, RowBatch<Decision> rows) {
    return part(DecisionSink.class).decisions().write(rows, firstAttempt);
  }

  final Written reward(Feedback... feedback) {
    return part(DecisionSink.class).feedback().write(rows(feedback), true);
  }

  final Written activate(Activation... activations) {
    return part(DecisionSink.class).activations().write(rows(activations), true);
  }

  final DecisionQuery query() {
    return DecisionQuery.between(minute(), minute().plusSeconds(60)).agent(agent);
  }

  final List<DecisionOutcome> read(DecisionQuery query) {
    List<DecisionOutcome> outcomes = new ArrayList<>();
    part(DecisionReader.class).read(query, outcomes::add);
    return outcomes;
  }

  final List<String> stored() {
    return read(query()).stream().map(outcome -> outcome.decision().action()).toList();
  }
}
