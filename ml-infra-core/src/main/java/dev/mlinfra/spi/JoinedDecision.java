package dev.mlinfra.spi;

import dev.mlinfra.decision.Decision;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A decision with what a store joins to it, for a training set. Immutable.
 *
 * @param decision as it was logged
 * @param passProbability the probability with which it passed sampling, in (0, 1]
 * @param completeness which part of the decisions that its process logged about that minute is
 *     stored, in (0, 1]
 * @param activatedAt when a deferred decision was acted upon; its window begins then
 * @param feedbackCount how many feedbacks count
 * @param reward their aggregate; empty without any
 * @param features for each join of the query the newest row known when it was decided
 * @since 0.1
 */
public record JoinedDecision(
    Decision decision,
    double passProbability,
    double completeness,
    Optional<Instant> activatedAt,
    long feedbackCount,
    OptionalDouble reward,
    List<Optional<PackedRow>> features) {
  /**
   * Returns when the window of its feedback begins.
   *
   * @return when it was activated, or else when it was taken
   * @since 0.1
   */
  public Instant windowStart() {
    return activatedAt.orElse(decision.decidedAt());
  }

  /**
   * Checks that nothing is null and copies the features.
   *
   * @since 0.1
   */
  public JoinedDecision {
    Objects.requireNonNull(decision, "decision");
    Objects.requireNonNull(activatedAt, "activatedAt");
    Objects.requireNonNull(reward, "reward");
    features = List.copyOf(features);
  }
}
