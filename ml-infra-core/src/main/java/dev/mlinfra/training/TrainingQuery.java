package dev.mlinfra.training;

import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a training set holds: decisions, one reward for each, and features. Immutable; derive with
 * the fluent methods.
 *
 * @since 0.1
 */
public final class TrainingQuery {
  private static final int MAX_JOINS = 16;
  private static final Option<DecisionMode> MODE = Option.named("mode");
  private static final Option<RewardAggregate> AGGREGATE =
      Option.choice("aggregate", RewardAggregate.SUM);
  private static final Option<Duration> WINDOW = Option.named("window");
  private static final Option<Double> DEFAULT_REWARD = Option.named("default_reward");
  private static final Option<Instant> KNOWN_BEFORE = Option.named("known_before");

  private final DecisionQuery decisions;
  private final List<FeatureJoin> features;
  private final Options chosen;

  private TrainingQuery(DecisionQuery decisions, List<FeatureJoin> features, Options chosen) {
    this.decisions = Objects.requireNonNull(decisions, "decisions");
    this.features = List.copyOf(features);
    this.chosen = chosen;
  }

  /**
   * Asks for decisions of all modes with the sum of their feedback, whenever it was observed.
   *
   * @param decisions the span of time, agent, model and kind of feedback
   * @return the query
   * @throws InvalidInputException when they have a limit
   * @since 0.1
   */
  public static TrainingQuery of(DecisionQuery decisions) {
    if (decisions.limit() < Long.MAX_VALUE) {
      throw new InvalidInputException(
          Faults.line(
              "training.decisions limit",
              decisions.limit(),
              "must be left out, since a part of a span is no sample of it",
              "choose a shorter span"));
    }
    return new TrainingQuery(decisions, List.of(), Options.none());
  }

  /**
   * Narrows to one mode. Decisions of a shadow run share their feedback with the one that counted.
   *
   * @param only the mode
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery mode(DecisionMode only) {
    return with(MODE, only);
  }

  /**
   * Sets how feedback becomes one reward.
   *
   * @param how the aggregate
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery reward(RewardAggregate how) {
    return with(AGGREGATE, how);
  }

  /**
   * Leaves out feedback observed later than this after its decision, or after the activation of a
   * deferred one. Feedback observed before that, by another clock, counts.
   *
   * @param length longer than zero; the end is inclusive
   * @return a changed copy
   * @throws InvalidInputException when it is not
   * @since 0.1
   */
  public TrainingQuery window(Duration length) {
    new Faults().duration("training.window", length).refuseIfAny();
    return with(WINDOW, length);
  }

  /**
   * Sets the reward of decisions without feedback in the window, once that has closed: until then
   * nothing is known of them. Without a window it is that of all decisions without feedback.
   *
   * @param reward finite
   * @return a changed copy
   * @throws InvalidInputException when it is not
   * @since 0.1
   */
  public TrainingQuery defaultReward(double reward) {
    if (!Double.isFinite(reward)) {
      throw new InvalidInputException(
          Faults.line(
              "training.defaultReward", reward, "must be finite", "leave it out for no reward"));
    }
    return with(DEFAULT_REWARD, reward);
  }

  /**
   * Adds the features of the entity that the context names.
   *
   * @param view a declared view, joined once
   * @param contextKey the entry of the decision's context that holds the entity
   * @return a changed copy
   * @throws InvalidInputException when the view cannot be one or is joined already
   * @since 0.1
   */
  public TrainingQuery featuresByContext(String view, String contextKey) {
    return join(FeatureJoin.byContext(view, contextKey));
  }

  /**
   * Adds the features of the entity that was chosen: the action is its name.
   *
   * @param view a declared view, joined once
   * @return a changed copy
   * @throws InvalidInputException when it cannot be a view or is joined already
   * @since 0.1
   */
  public TrainingQuery featuresByAction(String view) {
    return join(FeatureJoin.byAction(view));
  }

  /**
   * Leaves out what the store got at this time or later. The same query with the same bound gives
   * the same bytes.
   *
   * @param bound by the store's clock, not in the future; cut to the microsecond
   * @return a changed copy
   * @since 0.1
   */
  public TrainingQuery knownBefore(Instant bound) {
    return with(KNOWN_BEFORE, bound.truncatedTo(ChronoUnit.MICROS));
  }

  private TrainingQuery join(FeatureJoin added) {
    List<FeatureJoin> more = new ArrayList<>(features);
    more.add(added);
    Faults faults = new Faults().range("training.features", more.size(), 0, MAX_JOINS);
    if (features.stream().anyMatch(join -> join.view().equals(added.view()))) {
      faults.add("training.features", added.view(), "must be joined once", "leave one out");
    }
    faults.refuseIfAny();
    return new TrainingQuery(decisions, more, chosen);
  }

  private <T> TrainingQuery with(Option<T> option, T value) {
    return new TrainingQuery(decisions, features, chosen.with(option, value));
  }

  /**
   * Returns the span of time, agent, model and kind of feedback.
   *
   * @return without a limit
   * @since 0.1
   */
  public DecisionQuery decisions() {
    return decisions;
  }

  /**
   * Returns the only mode.
   *
   * @return empty for all
   * @since 0.1
   */
  public Optional<DecisionMode> mode() {
    return chosen.find(MODE);
  }

  /**
   * Returns how feedback becomes one reward.
   *
   * @return the sum unless set
   * @since 0.1
   */
  public RewardAggregate aggregate() {
    return chosen.get(AGGREGATE);
  }

  /**
   * Returns how long after its decision, or the activation of a deferred one, feedback counts.
   *
   * @return empty for any time
   * @since 0.1
   */
  public Optional<Duration> window() {
    return chosen.find(WINDOW);
  }

  /**
   * Returns the reward of decisions without feedback whose window has closed.
   *
   * @return empty for no reward
   * @since 0.1
   */
  public OptionalDouble defaultReward() {
    return chosen.find(DEFAULT_REWARD).map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }

  /**
   * Returns the as-of joins.
   *
   * @return at most 16
   * @since 0.1
   */
  public List<FeatureJoin> features() {
    return features;
  }

  /**
   * Returns before when the store must have got what counts, by its own clock.
   *
   * @return empty for all that it has when asked
   * @since 0.1
   */
  public Optional<Instant> knownBefore() {
    return chosen.find(KNOWN_BEFORE);
  }
}
