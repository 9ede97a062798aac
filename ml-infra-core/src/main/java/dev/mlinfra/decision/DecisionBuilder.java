package dev.mlinfra.decision;

import dev.mlinfra.spi.check.Vectors;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is known of a decision. Not thread-safe. No method throws, null arguments included:
 * a broken rule becomes the decision's {@link Decision#fault()}.
 *
 * @since 0.1
 */
public final class DecisionBuilder {
  private static final float[] NO_FEATURES = {};

  final String agent;
  DecisionMode mode = DecisionMode.LIVE;
  String model = "";
  String modelVersion = "";
  String action = "";
  double propensity = 1.0;
  @Nullable Double score;
  @Nullable String baselineAction;
  float[] features = NO_FEATURES;
  @Nullable String featureSet;
  @Nullable Duration latency;
  boolean deferred;
  @Nullable String subject;
  @Nullable UUID id;
  @Nullable Instant decidedAt;
  @Nullable String nullArgument;
  private @Nullable Map<String, String> context;

  DecisionBuilder(String agent) {
    this.agent = orEmpty("agent", agent);
  }

  /**
   * Sets the id, for decisions that already have one. Without it the decision gets a new {@link
   * DecisionIds#at UUID version 7}.
   *
   * @param id unique among all decisions; logging the same id and time again stores nothing new
   * @return this
   * @since 0.1
   */
  public DecisionBuilder id(UUID id) {
    checkNull("id", id);
    this.id = id;
    return this;
  }

  /**
   * Sets the event time. Without it the time of {@link #build()} counts.
   *
   * @param at from the year 1970 to one day ahead of the clock; kept to the microsecond
   * @return this
   * @since 0.1
   */
  public DecisionBuilder decidedAt(Instant at) {
    checkNull("decidedAt", at);
    this.decidedAt = at;
    return this;
  }

  /**
   * Sets how much the decision counted.
   *
   * @param mode {@link DecisionMode#LIVE} unless set
   * @return this
   * @since 0.1
   */
  public DecisionBuilder mode(DecisionMode mode) {
    checkNull("mode", mode);
    this.mode = mode == null ? DecisionMode.LIVE : mode;
    return this;
  }

  /**
   * Sets the model that decided.
   *
   * @param name up to 128 characters
   * @param version up to 128 characters
   * @return this
   * @since 0.1
   */
  public DecisionBuilder model(String name, String version) {
    this.model = orEmpty("model", name);
    this.modelVersion = orEmpty("modelVersion", version);
    return this;
  }

  /**
   * Sets what was chosen; required.
   *
   * @param action 1 to 256 characters
   * @return this
   * @since 0.1
   */
  public DecisionBuilder action(String action) {
    this.action = orEmpty("action", action);
    return this;
  }

  /**
   * Sets the probability with which the policy chose this action.
   *
   * @param propensity in (0, 1]; 1, a deterministic choice, unless set
   * @return this
   * @since 0.1
   */
  public DecisionBuilder propensity(double propensity) {
    this.propensity = propensity;
    return this;
  }

  /**
   * Sets the score that the model gave to the action.
   *
   * @param score finite
   * @return this
   * @since 0.1
   */
  public DecisionBuilder score(double score) {
    this.score = score;
    return this;
  }

  /**
   * Sets what the baseline would have chosen.
   *
   * @param action 1 to 256 characters
   * @return this
   * @since 0.1
   */
  public DecisionBuilder baselineAction(String action) {
    this.baselineAction = orEmpty("baselineAction", action);
    return this;
  }

  /**
   * Sets the feature vector. It is copied, so that the caller may go on using its array.
   *
   * @param vector finite values, at most 4,096
   * @return this
   * @since 0.1
   */
  public DecisionBuilder features(float... vector) {
    checkNull("features", vector);
    this.features = vector == null ? NO_FEATURES : vector.clone();
    return this;
  }

  /**
   * Sets the feature vector, cut to the precision in which it is stored.
   *
   * @param vector finite values, at most 4,096
   * @return this
   * @since 0.1
   */
  public DecisionBuilder features(double... vector) {
    checkNull("features", vector);
    this.features = vector == null ? NO_FEATURES : Vectors.floats(vector);
    return this;
  }

  /**
   * Names the feature set that says what each position of the vector means.
   *
   * @param name 1 to 128 characters
   * @return this
   * @since 0.1
   */
  public DecisionBuilder featureSet(String name) {
    this.featureSet = orEmpty("featureSet", name);
    return this;
  }

  /**
   * Adds one entry to the small context. Together the entries may have 65,536 characters.
   *
   * @param key 1 to 128 characters
   * @param value any text
   * @return this
   * @since 0.1
   */
  public DecisionBuilder context(String key, String value) {
    if (context == null) {
      context = new HashMap<>();
    }
    context.put(orEmpty("context key", key), orEmpty("context", value));
    return this;
  }

  /**
   * Adds entries to the small context.
   *
   * @param entries as of {@link #context(String, String)}
   * @return this
   * @since 0.1
   */
  public DecisionBuilder context(Map<String, String> entries) {
    checkNull("context", entries);
    if (entries != null) {
      entries.forEach(this::context);
    }
    return this;
  }

  /**
   * Takes an entry out of the small context. Nothing happens when it is not there.
   *
   * @param key of the entry
   * @return this
   * @since 0.1
   */
  public DecisionBuilder dropContext(String key) {
    checkNull("context key", key);
    if (context != null) {
      context.remove(key);
    }
    return this;
  }

  /**
   * Takes every entry out of the small context.
   *
   * @return this
   * @since 0.1
   */
  public DecisionBuilder dropContext() {
    context = null;
    return this;
  }

  /**
   * Sets how long deciding took.
   *
   * @param latency from zero to 365 days; kept to the microsecond
   * @return this
   * @since 0.1
   */
  public DecisionBuilder latency(Duration latency) {
    checkNull("latency", latency);
    this.latency = latency;
    return this;
  }

  /**
   * Sets whether the decision was only prepared, as a page that is fetched ahead, and counts once
   * somebody acts upon it: outcomes, metrics and training sets leave it out until {@link
   * DecisionLog#activate}.
   *
   * @param deferred false, a decision that counts at once, unless set
   * @return this
   * @since 0.1
   */
  public DecisionBuilder deferred(boolean deferred) {
    this.deferred = deferred;
    return this;
  }

  /**
   * Sets whom the decision is about, as a user's id, so that {@link
   * dev.mlinfra.privacy.Privacy#forget} finds it. A pseudonym serves as well as a name.
   *
   * @param subject 1 to 256 characters
   * @return this
   * @since 0.1
   */
  public DecisionBuilder subject(String subject) {
    this.subject = orEmpty("subject", subject);
    return this;
  }

  /**
   * Makes the decision. Never throws and does no I/O; the builder may be used again.
   *
   * @return the decision, with its id
   * @since 0.1
   */
  public Decision build() {
    Instant at = decidedAt == null ? Instant.now() : decidedAt;
    at = DecisionRules.storable(at) ? at.truncatedTo(ChronoUnit.MICROS) : at;
    Map<String, String> kept = context == null ? Map.of() : Map.copyOf(context);
    String fault = DecisionRules.fault(this, kept, at);
    UUID known = id == null ? DecisionIds.at(DecisionRules.storable(at) ? at : Instant.EPOCH) : id;
    return new Decision(this, kept, known, at, DecisionRules.sizeBytes(this, kept), fault);
  }

  private String orEmpty(String name, @Nullable String text) {
    checkNull(name, text);
    return text == null ? "" : text;
  }

  private void checkNull(String name, @Nullable Object value) {
    if (value == null && nullArgument == null) {
      nullArgument = name;
    }
  }
}
