package dev.mlinfra.decision;

import dev.mlinfra.spi.check.EventTime;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Texts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A reward or label for a decision. A decision may get many, long after or even before it is
 * stored. Immutable; no method throws, a broken rule is kept as {@link #fault()}.
 *
 * <p><b>Repeated</b> feedback counts once: what has an id that is stored already adds nothing.
 * Unless the caller sets the {@link #id} or a {@link #key}, the id is made of all that it says, its
 * time included, so that the same message sent twice is the same feedback. <b>Revised</b> feedback
 * {@link #replaces(boolean) replaces} what was observed before it.
 *
 * @since 0.1
 */
public final class Feedback {
  private static final String DEFAULT_KIND = "reward";

  /** Sums of any number of such rewards, and of their squares, are still numbers. */
  private static final double MAX_REWARD = 1e100;

  private static final UUID NO_DECISION = new UUID(0, 0);

  private final @Nullable UUID decisionId;
  private final double reward;
  private final @Nullable String kind;
  private final @Nullable String label;
  private final @Nullable Instant observedAt;
  private final @Nullable UUID id;
  private final @Nullable String key;
  private final boolean replacing;

  private Feedback(
      @Nullable UUID decisionId,
      double reward,
      @Nullable String kind,
      @Nullable String label,
      @Nullable Instant observedAt,
      @Nullable UUID id,
      @Nullable String key,
      boolean replacing) {
    this.decisionId = decisionId;
    this.reward = reward;
    this.kind = kind;
    this.label = label;
    this.observedAt = observedAt;
    this.id = id;
    this.key = key;
    this.replacing = replacing;
  }

  /**
   * Makes feedback of kind {@code reward}, observed now.
   *
   * @param decisionId the decision it belongs to
   * @param reward at most 1e100 in size
   * @return the feedback
   * @since 0.1
   */
  public static Feedback of(UUID decisionId, double reward) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return new Feedback(decisionId, reward, DEFAULT_KIND, null, now, null, null, false);
  }

  /**
   * Changes the kind, which keeps rewards of different meaning apart.
   *
   * @param kind 1 to 128 characters, as {@code click}
   * @return a changed copy
   * @since 0.1
   */
  public Feedback kind(String kind) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id, key, replacing);
  }

  /**
   * Adds a label, as a human gives it.
   *
   * @param label 1 to 256 characters
   * @return a changed copy
   * @since 0.1
   */
  public Feedback label(String label) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id, key, replacing);
  }

  /**
   * Changes when it was observed.
   *
   * @param at event time, from 1970 to one day ahead of the clock; kept to the microsecond
   * @return a changed copy
   * @since 0.1
   */
  public Feedback observedAt(Instant at) {
    return new Feedback(decisionId, reward, kind, label, at, id, key, replacing);
  }

  /**
   * Sets the id under which it is stored once; not beside a key.
   *
   * @param id unique among all feedback
   * @return a changed copy
   * @since 0.1
   */
  public Feedback id(UUID id) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id, key, replacing);
  }

  /**
   * Makes the id of the decision, the kind and this key, as that of the message that brought the
   * feedback: whatever else it says, only the first one with the key is stored. Not beside an id.
   *
   * @param key 1 to 256 characters
   * @return a changed copy
   * @since 0.1
   */
  public Feedback key(String key) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id, key, replacing);
  }

  /**
   * Sets whether it takes the place of all feedback of the same decision and kind that was observed
   * before it or at the same time, as the rating that somebody changed or a sale that was
   * cancelled. What it replaces stays stored and no longer counts. Feedback observed later counts
   * beside it.
   *
   * @param on false unless set
   * @return a changed copy
   * @since 0.1
   */
  public Feedback replaces(boolean on) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id, key, on);
  }

  /**
   * Says whether it takes the place of earlier feedback.
   *
   * @return false unless set
   * @since 0.1
   */
  public boolean replaces() {
    return replacing;
  }

  /**
   * Returns the id under which it is stored once.
   *
   * @return the id
   * @since 0.1
   */
  public UUID id() {
    if (id != null) {
      return id;
    }
    if (key != null) {
      return DecisionIds.near(decisionId(), distinct(decisionId + "\n" + kind + "\n" + key, key));
    }
    String said =
        distinct(
            decisionId + "\n" + kind + "\n" + observedAt() + "\n" + reward + "\n" + label, label);
    return DecisionIds.named(observedAt(), replacing ? said + "\nreplacing" : said);
  }

  /** Lengths say where kind and text end when their line breaks, or its absence, could hide it. */
  private String distinct(String joined, @Nullable String text) {
    boolean clear = (kind + text).indexOf('\n') < 0 && !"null".equals(text);
    int length = text == null ? -1 : text.length();
    return clear ? joined : joined + "\n" + kind().length() + "," + length;
  }

  /**
   * Returns the key that its id is made of.
   *
   * @return empty unless set
   * @since 0.1
   */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /**
   * Returns the decision it belongs to.
   *
   * @return the decision's id
   * @since 0.1
   */
  public UUID decisionId() {
    return decisionId == null ? NO_DECISION : decisionId;
  }

  /**
   * Returns the reward.
   *
   * @return at most 1e100 in size for valid feedback
   * @since 0.1
   */
  public double reward() {
    return reward;
  }

  /**
   * Returns the kind.
   *
   * @return {@code reward} unless set
   * @since 0.1
   */
  public String kind() {
    return kind == null ? "" : kind;
  }

  /**
   * Returns the label.
   *
   * @return empty when there is none
   * @since 0.1
   */
  public Optional<String> label() {
    return Optional.ofNullable(label);
  }

  /**
   * Returns when it was observed.
   *
   * @return event time
   * @since 0.1
   */
  public Instant observedAt() {
    if (observedAt == null) {
      return Instant.EPOCH;
    }
    return DecisionRules.storable(observedAt)
        ? observedAt.truncatedTo(ChronoUnit.MICROS)
        : observedAt;
  }

  /**
   * Returns the rule that it breaks.
   *
   * @return one line: subject, actual value, rule, next step; empty when it is valid
   * @since 0.1
   */
  public Optional<String> fault() {
    if (decisionId == null) {
      return Optional.of(
          "feedback.decisionId was null but must be a decision's id; pass decision.id()");
    }
    if (observedAt == null) {
      return Optional.of("feedback.observedAt was null but must be a time; leave it out for now");
    }
    if (id != null && key != null) {
      return Optional.of(
          Faults.line(
              "feedback.key", key, "must not be set beside an id", "leave one of them out"));
    }
    if (!(Math.abs(reward) <= MAX_REWARD)) {
      return Optional.of(
          Faults.line(
              "feedback.reward",
              reward,
              "must be finite and at most 1e100 in size",
              "pass 0 for no reward"));
    }
    Optional<String> named =
        Texts.requiredFault("feedback.kind", kind(), DecisionRules.MAX_NAME_CHARS);
    if (named.isEmpty() && label != null) {
      named = Texts.requiredFault("feedback.label", label, DecisionRules.MAX_ACTION_CHARS);
    }
    if (named.isEmpty() && key != null) {
      named = Texts.requiredFault("feedback.key", key, DecisionRules.MAX_ACTION_CHARS);
    }
    return named.isPresent()
        ? named
        : EventTime.fault("feedback.observedAt", observedAt, Instant.now());
  }

  @Override
  public String toString() {
    return "Feedback[" + decisionId + " " + kind() + " " + reward + "]";
  }
}
