package dev.mlinfra.internal.shadow;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.shadow.ShadowAnswer;
import dev.mlinfra.shadow.ShadowRun;
import dev.mlinfra.shadow.ShadowTally;
import dev.mlinfra.spi.runtime.Causes;
import dev.mlinfra.spi.runtime.Daemons;
import dev.mlinfra.spi.runtime.LogThrottle;
import dev.mlinfra.spi.runtime.Timeouts;
import dev.mlinfra.telemetry.Instrument;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the primary, then hands input and decision to every candidate's bulkhead. */
final class StartedShadow<I, A> implements ShadowRun<I, A> {
  private static final Logger LOG = LoggerFactory.getLogger(StartedShadow.class);
  static final Duration CLOSE_WAIT = Duration.ofSeconds(1);
  private static final long POLL_NANOS = 1_000_000;

  private final PlannedShadow<I, A> plan;
  private final ShadowRuns runs;
  private final ScheduledThreadPoolExecutor watch;
  private final List<Bulkhead<I, A>> bulkheads = new ArrayList<>();
  private final LogThrottle faults = new LogThrottle();

  StartedShadow(PlannedShadow<I, A> plan, ShadowRuns runs) {
    this.plan = plan;
    this.runs = runs;
    this.watch =
        new ScheduledThreadPoolExecutor(1, Daemons.named("ml-infra-shadow-watch-" + plan.name()));
    watch.setRemoveOnCancelPolicy(true);
    for (int i = 0; i < plan.candidates().size(); i++) {
      bulkheads.add(new Bulkhead<>(plan, i, runs, watch));
    }
  }

  /** Starts all threads, so that no call of the host has to. */
  void begin() {
    watch.prestartAllCoreThreads();
    bulkheads.forEach(Bulkhead::begin);
  }

  String name() {
    return plan.name();
  }

  @Override
  public ShadowAnswer<A> decide(I input) {
    Instant at = runs.clock().instant().truncatedTo(ChronoUnit.MICROS);
    long start = System.nanoTime();
    return settled(input, primary(input), at, System.nanoTime() - start);
  }

  @Override
  public CompletionStage<ShadowAnswer<A>> decideAsync(I input) {
    Function<? super I, ? extends CompletionStage<A>> later = plan.primary().later();
    if (later == null) {
      return CompletableFuture.completedFuture(decide(input));
    }
    Instant at = runs.clock().instant().truncatedTo(ChronoUnit.MICROS);
    long start = System.nanoTime();
    return later
        .apply(input)
        .thenApply(answer -> settled(input, answer, at, System.nanoTime() - start));
  }

  private A primary(I input) {
    try {
      return plan.primary().decider().decide(input);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new UndeclaredThrowableException(e, "the primary of " + plan.name() + " threw " + e);
    }
  }

  private ShadowAnswer<A> settled(I input, A answer, Instant at, long took) {
    Decision live = live(input, answer, at, took);
    shadow(input, live, took);
    return new ShadowAnswer<>(live.id(), answer);
  }

  @Override
  public List<ShadowTally> tallies() {
    return bulkheads.stream().map(Bulkhead::tally).toList();
  }

  @Override
  public boolean flush(Duration timeout) {
    long deadline = System.nanoTime() + Timeouts.bounded(timeout).toNanos();
    for (Bulkhead<I, A> bulkhead : bulkheads) {
      for (ShadowCall<I, A> turn : bulkhead.unsettled()) {
        while (!bulkhead.isOver(turn)) {
          if (System.nanoTime() - deadline >= 0 || Thread.currentThread().isInterrupted()) {
            return false;
          }
          LockSupport.parkNanos(POLL_NANOS);
        }
      }
    }
    return true;
  }

  /** Stops without waiting. */
  void stop() {
    bulkheads.forEach(Bulkhead::stop);
    watch.shutdownNow();
  }

  @Override
  public void close() {
    stop();
    awaitEnd(System.nanoTime() + CLOSE_WAIT.toNanos());
  }

  /** Waits for what was stopped. */
  void awaitEnd(long deadline) {
    bulkheads.forEach(bulkhead -> bulkhead.awaitEnd(deadline));
    runs.ended(this);
  }

  /**
   * A description that fails leaves a decision without an action, which is rejected and counted.
   */
  @SuppressWarnings("CatchingUnchecked") // nothing but the primary may reach the caller
  private Decision live(I input, A answer, Instant at, long took) {
    DecisionBuilder builder;
    try {
      builder = Objects.requireNonNull(plan.description().apply(input, answer), "description");
    } catch (Throwable e) {
      warn("description of the primary failed", e);
      builder = Decision.by(plan.name());
    }
    return builder
        .decidedAt(at)
        .mode(DecisionMode.LIVE)
        .model(plan.primary().model(), plan.primary().version())
        .latency(Duration.ofNanos(took))
        .build();
  }

  @SuppressWarnings("CatchingUnchecked") // nothing but the primary may reach the caller
  private void shadow(I input, Decision live, long took) {
    try {
      runs.log().log(live);
      runs.telemetry().time(Instrument.SHADOW_LATENCY, took, plan.name(), plan.primary().label());
      for (Bulkhead<I, A> bulkhead : bulkheads) {
        bulkhead.offer(input, live);
      }
    } catch (Throwable e) {
      warn("candidates were not asked", e);
    }
  }

  private void warn(String what, Throwable e) {
    faults.again(
        times ->
            LOG.warn(
                "shadow '{}': {} ({} times): {}", plan.name(), what, times, Causes.oneLine(e)));
  }
}
