package dev.mlinfra.examples.quickstart;

import dev.mlinfra.decision.DecisionIds;
import java.time.Instant;
import java.util.UUID;

/**
 * One item that the recommender showed to a user.
 *
 * @param policy which policy chose the item
 * @param row its number in the policy's file
 * @param at when it was chosen
 * @param item which item, 0 to 79
 * @param position where it was shown, 1 to 3
 * @param clicked whether the user clicked
 * @param propensity with which probability the policy chose it
 * @param user a stable id for the combination of the user's features
 * @param affinities how much the user likes each of the 80 items
 */
@SuppressWarnings("ArrayRecordComponent") // nobody changes or compares the array
record Impression(
    Policy policy,
    int row,
    Instant at,
    int item,
    int position,
    boolean clicked,
    double propensity,
    String user,
    float[] affinities) {

  /** The same in every run, so that a second replay stores nothing twice. */
  UUID id() {
    return DecisionIds.named(at, policy.model() + "/" + row);
  }

  String action() {
    return "item-" + item;
  }

  double affinityTotal() {
    double total = 0;
    for (float affinity : affinities) {
      total += affinity;
    }
    return total;
  }
}
