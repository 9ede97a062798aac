package dev.mlinfra.internal.shadow;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.shadow.ShadowTally;
import dev.mlinfra.shadow.ShadowTally.Outcome;
import dev.mlinfra.spi.runtime.CircuitBreaker;
import dev.mlinfra.spi.runtime.CircuitBreaker.Admission;
import dev.mlinfra.spi.runtime.Daemons;
import dev.mlinfra.telemetry.Instrument;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One candidate with the threads, the queue and the circuit that are its own. */
final class Bulkhead<I, A> {
  private static final Logger LOG = LoggerFactory.getLogger(Bulkhead.class);

  private final PlannedShadow<I, A> plan;
  private final Policy<I, A> candidate;
  private final int place;
  private final ShadowRuns runs;
  private final ScheduledThreadPoolExecutor watch;
  private final ThreadPoolExecutor threads;
  private final CircuitBreaker circuit;
  private final Map<Outcome, LongAdder> counts = new EnumMap<>(Outcome.class);
  private final Set<ShadowCall<I, A>> unsettled = ConcurrentHashMap.newKeySet();

  /** Starts nothing; the candidate is the one at an index of the plan. */
  Bulkhead(
      PlannedShadow<I, A> plan, int index, ShadowRuns runs, ScheduledThreadPoolExecutor watch) {
    this.plan = plan;
    this.candidate = plan.candidates().get(index);
    this.place = index + 1;
    this.runs = runs;
    this.watch = watch;
    Bounds bounds = plan.bounds();
    this.circuit = new CircuitBreaker(bounds.failures(), bounds.backoff());
    for (Outcome outcome : Outcome.values()) {
      counts.put(outcome, new LongAdder());
    }
    String name = "ml-infra-shadow-" + plan.name() + "-" + candidate.label();
    this.threads =
        new ThreadPoolExecutor(
            bounds.threads(),
            bounds.threads(),
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(bounds.maxQueued()),
            Daemons.named(name));
  }

  /** Starts the threads, and shows every outcome before it occurs. */
  void begin() {
    counts.keySet().forEach(outcome -> report(outcome, 0));
    threads.prestartAllCoreThreads();
  }

  /** Takes a turn or skips it; does not wait. */
  void offer(I input, Decision live) {
    if (runs.pause().paused()) {
      count(Outcome.SKIPPED_PAUSED);
      return;
    }
    Admission admission = circuit.admit();
    if (admission == Admission.REFUSED) {
      count(Outcome.SKIPPED_CIRCUIT);
      return;
    }
    ShadowCall<I, A> turn = new ShadowCall<>(this, input, live, admission == Admission.TRIAL);
    unsettled.add(turn);
    try {
      threads.execute(turn);
    } catch (RejectedExecutionException e) {
      untried(turn);
      over(turn, threads.isShutdown() ? Outcome.SKIPPED_CLOSED : Outcome.SKIPPED_FULL);
    }
  }

  /** Ends a turn that waited and is not worth taking any more. */
  boolean skipped(ShadowCall<I, A> turn) {
    if (runs.pause().paused()) {
      untried(turn);
      over(turn, Outcome.SKIPPED_PAUSED);
      return true;
    }
    if (circuit.isOpen() && !turn.trial()) {
      over(turn, Outcome.SKIPPED_CIRCUIT);
      return true;
    }
    return false;
  }

  /**
   * Decides and describes. The time is the primary's and the candidate's place in microseconds: one
   * id then has a row for each, and a repeat is recognised.
   */
  Decision decide(I input, Decision live) throws Exception {
    long start = System.nanoTime();
    A answer = candidate.decider().decide(input);
    long took = System.nanoTime() - start;
    runs.telemetry().time(Instrument.SHADOW_LATENCY, took, plan.name(), candidate.label());
    return Objects.requireNonNull(plan.description().apply(input, answer), "description")
        .id(live.id())
        .decidedAt(live.decidedAt().plus(place, ChronoUnit.MICROS))
        .mode(DecisionMode.SHADOW)
        .model(candidate.model(), candidate.version())
        .baselineAction(live.action())
        .deferred(live.deferred())
        .latency(Duration.ofNanos(took))
        .build();
  }

  /** Starts the clock of a turn. */
  Future<?> limit(Runnable expiry) {
    return watch.schedule(expiry, plan.bounds().timeLimit().toNanos(), TimeUnit.NANOSECONDS);
  }

  void answered(ShadowCall<I, A> turn, Decision decision, Decision live) {
    runs.log().log(decision);
    circuit.succeeded();
    over(turn, decision.action().equals(live.action()) ? Outcome.AGREED : Outcome.DIFFERED);
  }

  void failed(ShadowCall<I, A> turn, Outcome outcome, Supplier<String> why) {
    boolean rests = circuit.failed(turn.trial());
    over(turn, outcome);
    if (rests) {
      LOG.warn(
          "shadow '{}': candidate {} failed {} times in a row and rests: {}",
          plan.name(),
          candidate.label(),
          plan.bounds().failures(),
          why.get());
    }
  }

  ShadowTally tally() {
    Map<Outcome, Long> now = new EnumMap<>(Outcome.class);
    counts.forEach(
        (outcome, count) -> {
          if (count.sum() > 0) {
            now.put(outcome, count.sum());
          }
        });
    return new ShadowTally(candidate.label(), now);
  }

  /** The turns that are not over. */
  List<ShadowCall<I, A>> unsettled() {
    return List.copyOf(unsettled);
  }

  boolean isOver(ShadowCall<I, A> turn) {
    return !unsettled.contains(turn);
  }

  void stop() {
    for (Runnable waiting : threads.shutdownNow()) {
      if (waiting instanceof ShadowCall<?, ?> turn) {
        turn.leave();
      }
    }
  }

  /** Ends a turn that had not begun when the threads were stopped. */
  void left(ShadowCall<I, A> turn) {
    over(turn, Outcome.SKIPPED_CLOSED);
  }

  void awaitEnd(long deadlineNanos) {
    try {
      if (!threads.awaitTermination(
          Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
        LOG.warn(
            "shadow '{}': candidate {} does not heed the interrupt; its thread is left behind",
            plan.name(),
            candidate.label());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void untried(ShadowCall<I, A> turn) {
    if (turn.trial()) {
      circuit.untried();
    }
  }

  private void over(ShadowCall<I, A> turn, Outcome outcome) {
    unsettled.remove(turn);
    count(outcome);
  }

  private void count(Outcome outcome) {
    Objects.requireNonNull(counts.get(outcome)).increment();
    report(outcome, 1);
  }

  private void report(Outcome outcome, long amount) {
    runs.telemetry()
        .count(
            Instrument.SHADOW_TURNS,
            amount,
            plan.name(),
            candidate.label(),
            outcome.name().toLowerCase(Locale.ROOT));
  }
}
