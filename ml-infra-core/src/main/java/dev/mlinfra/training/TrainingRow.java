package dev.mlinfra.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.feature.FeatureLookup;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One row of a training set: a decision, its reward, and the features known when it was made.
 * Immutable.
 *
 * @param decision as it was logged
 * @param passProbability the probability with which it passed sampling, in (0, 1]
 * @param completeness which part of the decisions that its process logged about that minute is
 *     stored, in (0, 1]
 * @param reward the aggregate of its feedback, or the query's default; empty when neither is there
 * @param feedbackCount how many feedbacks count
 * @param windowClosed whether the window of feedback had ended at the bound of ingestion; empty
 *     without a window
 * @param activatedAt when a deferred decision was acted upon; its window begins then
 * @param features what the views of the query answered, by the view's name and in the query's order
 * @since 0.1
 */
public record TrainingRow(
    Decision decision,
    double passProbability,
    double completeness,
    OptionalDouble reward,
    long feedbackCount,
    Optional<Boolean> windowClosed,
    Optional<Instant> activatedAt,
    Map<String, FeatureLookup> features) {
  /**
   * Checks that nothing is null and copies the features.
   *
   * @since 0.1
   */
  public TrainingRow {
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(reward, "reward");
    Objects.requireNonNull(windowClosed, "windowClosed");
    Objects.requireNonNull(activatedAt, "activatedAt");
    features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
  }

  /**
   * Returns how many decisions like this one stand for it, because of sampling.
   *
   * @return one divided by {@code passProbability}, at least 1
   * @since 0.1
   */
  public double weight() {
    return 1 / passProbability;
  }
}
