package dev.mlinfra.training;

import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.check.Faults;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What a training set holds: decisions, one reward for each, and features. Immutable; derive with
 * the fluent methods.
 *
 * @param decisions the span of time, agent, model and kind of feedback
 * @param mode only decisions of this mode; empty for all
 * @param aggregate how feedback becomes one reward
 * @param window feedback counts up to this long after its decision, or after the activation of a
 *     deferred one; empty for any time
 * @param defaultReward of decisions without feedback whose window has closed; empty for no reward
 * @param features as-of joins, at most 16
 * @param knownBefore only what the store got before this time, by its own clock; empty for all that
 *     it has when asked
 * @since 0.1
 */
public record TrainingQuery(
    DecisionQuery decisions,
    Optional<DecisionMode> mode,
    RewardAggregate aggregate,
    Optional<Duration> window,
    OptionalDouble defaultReward,
    List<FeatureJoin> features,
    Optional<Instant> knownBefore) {
  private static final int MAX_JOINS = 16;

  /**
   * Checks the values and copies the joins; {@code knownBefore} is cut to the microsecond.
   *
   * @throws dev.mlinfra.error.InvalidInputException with every broken rule
   * @since 0.1
   */
  public TrainingQuery {
    Objects.requireNonNull(decisions, "decisions");
    Objects.requireNonNull(mode, "mode");
    Objects.requireNonNull(aggregate, "aggregate");
    features = List.copyOf(features);
    knownBefore = knownBefore.map(at -> at.truncatedTo(ChronoUnit.MICROS));
    Faults faults = new Faults();
    window.ifPresent(length -> faults.duration("training.window", length));
    if (defaultReward.isPresent() && !Double.isFinite(defaultReward.getAsDouble())) {
      faults.add(
          "training.defaultReward",
          defaultReward.getAsDouble(),
          "must be finite",
          "leave it out for no reward");
    }
    faults.range("training.features", features.size(), 0, MAX_JOINS);
    Set<String> views = new HashSet<>();
    for (FeatureJoin join : features) {
      if (!views.add(join.view())) {
        faults.add("training.features", join.view(), "must be joined once", "leave one out");
      }
    }
    faults.refuseIfAny();
  }

  /**
   * Asks for decisions of all modes with the sum of their feedback, whenever it was observed.
   *
   * @param decisions the span of time, agent, model and kind of feedback
   * @return the query
   * @since 0.1
   */
  public static TrainingQuery of(DecisionQuery decisions) {
    return new TrainingQuery(
        decisions,
        Optional.empty(),
        RewardAggregate.SUM,
        Optional.empty(),
        OptionalDouble.empty(),
        List.of(),
        Optional.empty());
  }

  /**
   * Narrows to one mode. Decisions of a shadow run share their feedback with the one that counted.
   *
   * @param only the mode
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery mode(DecisionMode only) {
    return new TrainingQuery(
        decisions, Optional.of(only), aggregate, window, defaultReward, features, knownBefore);
  }

  /**
   * Sets how feedback becomes one reward.
   *
   * @param how the aggregate
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery reward(RewardAggregate how) {
    return new TrainingQuery(decisions, mode, how, window, defaultReward, features, knownBefore);
  }

  /**
   * Leaves out feedback observed later than this after its decision, or after the activation of a
   * deferred one. Feedback observed before that, by another clock, counts.
   *
   * @param length longer than zero; the end is inclusive
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery window(Duration length) {
    return new TrainingQuery(
        decisions, mode, aggregate, Optional.of(length), defaultReward, features, knownBefore);
  }

  /**
   * Sets the reward of decisions without feedback in the window, once that has closed: until then
   * nothing is known of them. Without a window it is that of all decisions without feedback.
   *
   * @param reward finite
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery defaultReward(double reward) {
    return new TrainingQuery(
        decisions, mode, aggregate, window, OptionalDouble.of(reward), features, knownBefore);
  }

  /**
   * Adds the features of the entity that the context names.
   *
   * @param view a declared view, joined once
   * @param contextKey the entry of the decision's context that holds the entity
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery featuresByContext(String view, String contextKey) {
    return join(new FeatureJoin(view, Optional.of(contextKey)));
  }

  /**
   * Adds the features of the entity that was chosen: the action is its name.
   *
   * @param view a declared view, joined once
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery featuresByAction(String view) {
    return join(new FeatureJoin(view, Optional.empty()));
  }

  /**
   * Leaves out what the store got at this time or later. The same query with the same bound gives
   * the same bytes.
   *
   * @param bound by the store's clock, not in the future
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery knownBefore(Instant bound) {
    return new TrainingQuery(
        decisions, mode, aggregate, window, defaultReward, features, Optional.of(bound));
  }

  private TrainingQuery join(FeatureJoin added) {
    List<FeatureJoin> more = new ArrayList<>(features);
    more.add(added);
    return new TrainingQuery(decisions, mode, aggregate, window, defaultReward, more, knownBefore);
  }
}
