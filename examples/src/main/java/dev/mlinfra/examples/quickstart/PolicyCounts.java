package dev.mlinfra.examples.quickstart;

import dev.mlinfra.history.DecisionHistory;

/**
 * What the server has of one policy.
 *
 * @param decisions how many decisions
 * @param feedback how many clicks were reported for them
 * @param clicked how many decisions were clicked at least once
 */
record PolicyCounts(long decisions, long feedback, long clicked) {
  /** Streams the policy's decisions from the server and counts. */
  static PolicyCounts read(DecisionHistory history, Policy policy) {
    long[] feedbackAndClicked = {0, 0};
    long decisions =
        history.outcomes(
            TrainingSet.query().model(policy.model()),
            outcome -> {
              feedbackAndClicked[0] += outcome.feedbackCount();
              feedbackAndClicked[1] += outcome.rewardSum() > 0 ? 1 : 0;
            });
    return new PolicyCounts(decisions, feedbackAndClicked[0], feedbackAndClicked[1]);
  }

  double clickRate() {
    return decisions == 0 ? 0 : (double) clicked / decisions;
  }
}
