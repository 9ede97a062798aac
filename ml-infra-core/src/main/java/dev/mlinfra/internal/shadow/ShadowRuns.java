package dev.mlinfra.internal.shadow;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import dev.mlinfra.error.ClosedException;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.internal.runtime.PauseSwitch;
import dev.mlinfra.shadow.Shadow;
import dev.mlinfra.shadow.ShadowDecider;
import dev.mlinfra.shadow.ShadowPlan;
import dev.mlinfra.shadow.ShadowRun;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Starts comparisons and closes those that are still running. Thread-safe. */
public final class ShadowRuns implements AutoCloseable {
  private final DecisionLog log;
  private final PauseSwitch pause;
  private final Telemetry telemetry;
  private final Clock clock;
  private final Map<String, StartedShadow<?, ?>> running = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Starts nothing. */
  public ShadowRuns(DecisionLog log, PauseSwitch pause, Telemetry telemetry, Clock clock) {
    this.log = log;
    this.pause = pause;
    this.telemetry = telemetry;
    this.clock = clock;
  }

  /** Begins a plan. */
  public Shadow named(String name) {
    Objects.requireNonNull(name, "name");
    return new Shadow() {
      @Override
      public <I, A> ShadowPlan<I, A> primary(
          String model, String version, ShadowDecider<? super I, ? extends A> decider) {
        return plan(Policy.atOnce(model, version, decider));
      }

      @Override
      public <I, A> ShadowPlan<I, A> primaryAsync(
          String model, String version, Function<? super I, ? extends CompletionStage<A>> decider) {
        return plan(Policy.later(model, version, decider));
      }

      private <I, A> ShadowPlan<I, A> plan(Policy<I, A> primary) {
        return new PlannedShadow<>(
            ShadowRuns.this,
            name,
            primary,
            List.of(),
            (input, answer) -> Decision.by(name).action(String.valueOf(answer)),
            Bounds.DEFAULTS);
      }
    };
  }

  <I, A> ShadowRun<I, A> start(PlannedShadow<I, A> plan) {
    StartedShadow<I, A> started = new StartedShadow<>(plan, this);
    if (running.putIfAbsent(plan.name(), started) != null) {
      throw new ConfigException(
          Faults.line(
              "shadow",
              plan.name(),
              "must be the name of one running comparison",
              "keep the first one, or close it"));
    }
    try {
      started.begin();
    } catch (RuntimeException | Error e) {
      started.close();
      throw e;
    }
    if (closed) {
      started.close();
      throw new ClosedException(
          "shadow '"
              + plan.name()
              + "' was started after close but needs an open MlInfra;"
              + " connect again");
    }
    return started;
  }

  void ended(StartedShadow<?, ?> run) {
    running.remove(run.name(), run);
  }

  DecisionLog log() {
    return log;
  }

  PauseSwitch pause() {
    return pause;
  }

  Telemetry telemetry() {
    return telemetry;
  }

  Clock clock() {
    return clock;
  }

  @Override
  public void close() {
    closed = true;
    running.values().forEach(StartedShadow::stop);
    long deadline = System.nanoTime() + StartedShadow.CLOSE_WAIT.toNanos();
    running.values().forEach(run -> run.awaitEnd(deadline));
  }
}
