package dev.mlinfra.decision;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One decision of a service, with all that learning needs to know of it. Immutable; the features
 * are copied when it is built. Building never throws, so that it can stand on a hot path: a value
 * that breaks a rule is kept as {@link #fault()} and {@link DecisionLog#log} answers {@code
 * REJECTED}.
 *
 * <pre>{@code
 * Decision decision = Decision.by("ranker").model("bts", "17").action("item-79")
 *     .propensity(0.087).features(vector).build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Decision {
  private final UUID id;
  private final Instant decidedAt;
  private final String agent;
  private final DecisionMode mode;
  private final String model;
  private final String modelVersion;
  private final String action;
  private final double propensity;
  private final @Nullable Double score;
  private final @Nullable String baselineAction;
  private final float[] features;
  private final @Nullable String featureSet;
  private final Map<String, String> context;
  private final @Nullable Duration latency;
  private final boolean deferred;
  private final @Nullable String subject;
  private final int sizeBytes;
  private final @Nullable String fault;

  Decision(
      DecisionBuilder from,
      Map<String, String> context,
      UUID id,
      Instant decidedAt,
      int sizeBytes,
      @Nullable String fault) {
    this.id = id;
    this.decidedAt = decidedAt;
    this.agent = from.agent;
    this.mode = from.mode;
    this.model = from.model;
    this.modelVersion = from.modelVersion;
    this.action = from.action;
    this.propensity = from.propensity;
    this.score = from.score;
    this.baselineAction = from.baselineAction;
    this.features = from.features;
    this.featureSet = from.featureSet;
    this.context = context;
    this.latency = from.latency;
    this.deferred = from.deferred;
    this.subject = from.subject;
    this.sizeBytes = sizeBytes;
    this.fault = fault;
  }

  /**
   * Starts a decision of an agent.
   *
   * @param agent which decider of the service it was, as {@code ranker}; 1 to 128 characters
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static DecisionBuilder by(String agent) {
    return new DecisionBuilder(agent);
  }

  /**
   * Starts a decision that begins as this one, with its id and time.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public DecisionBuilder toBuilder() {
    DecisionBuilder builder = new DecisionBuilder(agent);
    builder.mode = mode;
    builder.model = model;
    builder.modelVersion = modelVersion;
    builder.action = action;
    builder.propensity = propensity;
    builder.score = score;
    builder.baselineAction = baselineAction;
    builder.features = features;
    builder.featureSet = featureSet;
    builder.latency = latency;
    builder.deferred = deferred;
    builder.subject = subject;
    builder.id = id;
    builder.decidedAt = decidedAt;
    context.forEach(builder::context);
    return builder;
  }

  /**
   * Returns its id, a UUID version 7 unless the caller chose one.
   *
   * @return the id
   * @since 0.1
   */
  public UUID id() {
    return id;
  }

  /**
   * Returns when it was taken.
   *
   * @return event time, kept to the microsecond
   * @since 0.1
   */
  public Instant decidedAt() {
    return decidedAt;
  }

  /**
   * Returns who took it.
   *
   * @return the agent
   * @since 0.1
   */
  public String agent() {
    return agent;
  }

  /**
   * Returns how much it counted.
   *
   * @return the mode, {@link DecisionMode#LIVE} unless told otherwise
   * @since 0.1
   */
  public DecisionMode mode() {
    return mode;
  }

  /**
   * Returns the model that decided.
   *
   * @return its name, empty for none
   * @since 0.1
   */
  public String model() {
    return model;
  }

  /**
   * Returns the version of the model.
   *
   * @return its version, empty for none
   * @since 0.1
   */
  public String modelVersion() {
    return modelVersion;
  }

  /**
   * Returns what was chosen.
   *
   * @return the action
   * @since 0.1
   */
  public String action() {
    return action;
  }

  /**
   * Returns the probability with which the policy chose the action.
   *
   * @return in (0, 1]
   * @since 0.1
   */
  public double propensity() {
    return propensity;
  }

  /**
   * Returns the score that the model gave to the action.
   *
   * @return empty when none was recorded
   * @since 0.1
   */
  public OptionalDouble score() {
    return score == null ? OptionalDouble.empty() : OptionalDouble.of(score);
  }

  /**
   * Returns what the baseline would have chosen.
   *
   * @return empty when none was recorded
   * @since 0.1
   */
  public Optional<String> baselineAction() {
    return Optional.ofNullable(baselineAction);
  }

  /**
   * Returns a copy of the feature vector.
   *
   * @return the values in the order of {@link #featureSet()}; empty when none was recorded
   * @since 0.1
   */
  public float[] features() {
    return features.clone();
  }

  /**
   * Returns the length of the feature vector.
   *
   * @return 0 when none was recorded
   * @since 0.1
   */
  public int featureCount() {
    return features.length;
  }

  /**
   * Returns one feature without copying the vector.
   *
   * @param index from 0 to {@link #featureCount()} - 1
   * @return its value
   * @throws IndexOutOfBoundsException outside of that range
   * @since 0.1
   */
  public float feature(int index) {
    return features[index];
  }

  /**
   * Returns the name of the feature set that says what each position means.
   *
   * @return empty when none was recorded
   * @since 0.1
   */
  public Optional<String> featureSet() {
    return Optional.ofNullable(featureSet);
  }

  /**
   * Returns the small context that was recorded with it.
   *
   * @return unmodifiable, in no particular order
   * @since 0.1
   */
  public Map<String, String> context() {
    return context;
  }

  /**
   * Returns how long deciding took.
   *
   * @return empty when it was not measured
   * @since 0.1
   */
  public Optional<Duration> latency() {
    return Optional.ofNullable(latency);
  }

  /**
   * Says whether it counts only once it is activated.
   *
   * @return true for a decision that was prepared and perhaps never acted upon
   * @since 0.1
   */
  public boolean deferred() {
    return deferred;
  }

  /**
   * Returns whom it is about.
   *
   * @return what {@link dev.mlinfra.privacy.Privacy#forget} takes; empty when none was recorded
   * @since 0.1
   */
  public Optional<String> subject() {
    return Optional.ofNullable(subject);
  }

  /**
   * Returns about how much of {@link dev.mlinfra.buffer.BufferOptions#maxQueuedBytes} it takes.
   *
   * @return bytes of heap
   * @since 0.1
   */
  public int sizeBytes() {
    return sizeBytes;
  }

  /**
   * Returns the rule that it breaks.
   *
   * @return one line: subject, actual value, rule, next step; empty when it is valid
   * @since 0.1
   */
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  @Override
  public String toString() {
    return "Decision[" + id() + " " + agent() + " " + action() + "]";
  }
}
