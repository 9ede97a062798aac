package dev.mlinfra.internal.shadow;

import dev.mlinfra.decision.DecisionBuilder;
import dev.mlinfra.shadow.ShadowDecider;
import dev.mlinfra.shadow.ShadowPlan;
import dev.mlinfra.shadow.ShadowRun;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.check.Texts;
import dev.mlinfra.spi.runtime.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;

/** A plan that is checked when it starts. */
record PlannedShadow<I, A>(
    ShadowRuns runs,
    String name,
    Policy<I, A> primary,
    List<Policy<I, A>> candidates,
    BiFunction<? super I, ? super A, DecisionBuilder> description,
    Bounds bounds)
    implements ShadowPlan<I, A> {
  private static final int MAX_CANDIDATES = 16;
  private static final int MAX_NAME_CHARS = 128;

  PlannedShadow {
    candidates = List.copyOf(candidates);
    Objects.requireNonNull(description, "description");
  }

  @Override
  public ShadowPlan<I, A> candidate(
      String model, String version, ShadowDecider<? super I, ? extends A> decider) {
    List<Policy<I, A>> more = new ArrayList<>(candidates);
    more.add(Policy.atOnce(model, version, decider));
    return new PlannedShadow<>(runs, name, primary, more, description, bounds);
  }

  @Override
  public ShadowPlan<I, A> describe(BiFunction<? super I, ? super A, DecisionBuilder> how) {
    return new PlannedShadow<>(runs, name, primary, candidates, how, bounds);
  }

  @Override
  public ShadowPlan<I, A> timeLimit(Duration limit) {
    Objects.requireNonNull(limit, "limit");
    return within(
        new Bounds(
            limit, bounds.threads(), bounds.maxQueued(), bounds.failures(), bounds.backoff()));
  }

  @Override
  public ShadowPlan<I, A> threads(int perCandidate) {
    return within(
        new Bounds(
            bounds.timeLimit(),
            perCandidate,
            bounds.maxQueued(),
            bounds.failures(),
            bounds.backoff()));
  }

  @Override
  public ShadowPlan<I, A> maxQueued(int perCandidate) {
    return within(
        new Bounds(
            bounds.timeLimit(),
            bounds.threads(),
            perCandidate,
            bounds.failures(),
            bounds.backoff()));
  }

  @Override
  public ShadowPlan<I, A> circuit(int failures, Duration min, Duration max) {
    Objects.requireNonNull(min, "min");
    Objects.requireNonNull(max, "max");
    return within(
        new Bounds(
            bounds.timeLimit(),
            bounds.threads(),
            bounds.maxQueued(),
            failures,
            new Backoff(min, max)));
  }

  @Override
  public ShadowRun<I, A> start() {
    Faults faults = new Faults().name("shadow", name, NameRule.LABEL);
    bounds.check(faults);
    faults.range("shadow.candidates", candidates.size(), 1, MAX_CANDIDATES);
    check(faults, "shadow.primary", primary);
    Set<String> labels = new HashSet<>(Set.of(primary.label()));
    for (Policy<I, A> candidate : candidates) {
      check(faults, "shadow.candidate", candidate);
      if (!labels.add(candidate.label())) {
        faults.add(
            "shadow.candidate", candidate.label(), "must be there once", "change its version");
      }
    }
    faults.throwIfAny();
    return runs.start(this);
  }

  private static void check(Faults faults, String subject, Policy<?, ?> policy) {
    Texts.requiredFault(subject + ".model", policy.model(), MAX_NAME_CHARS)
        .ifPresent(faults::addLine);
    Texts.requiredFault(subject + ".version", policy.version(), MAX_NAME_CHARS)
        .ifPresent(faults::addLine);
  }

  private ShadowPlan<I, A> within(Bounds changed) {
    return new PlannedShadow<>(runs, name, primary, candidates, description, changed);
  }
}
