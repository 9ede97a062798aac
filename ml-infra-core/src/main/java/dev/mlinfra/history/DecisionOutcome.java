package dev.mlinfra.history;

import dev.mlinfra.decision.Decision;
import java.util.Objects;

/**
 * A stored decision and what came of it. Immutable.
 *
 * @param decision as it was logged
 * @param passProbability the probability with which it passed sampling, in (0, 1]; weight by its
 *     inverse
 * @param feedbackCount how many feedbacks it has that were not replaced
 * @param rewardSum the sum of their rewards, 0 without any
 * @since 0.1
 */
public record DecisionOutcome(
    Decision decision, double passProbability, long feedbackCount, double rewardSum) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public DecisionOutcome {
    Objects.requireNonNull(decision, "decision");
  }
}
