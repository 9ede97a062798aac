package dev.mlinfra.decision;

import dev.mlinfra.buffer.Bufferable;
import dev.mlinfra.check.EventTime;
import dev.mlinfra.check.Faults;
import dev.mlinfra.check.Texts;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A reward or label for a decision. A decision may get many, long after or even before it is
 * stored. Feedback with an id that is stored already adds nothing; unless the caller sets one, the
 * id is made of the decision, the kind, the time, the reward and the label, so that the same
 * message sent twice counts once. Immutable; no method throws, a broken rule is kept as {@link
 * #fault()}.
 *
 * @since 0.1
 */
public final class Feedback implements Bufferable {
  private static final String DEFAULT_KIND = "reward";
  private static final int OBJECT_BYTES = 160;
  private static final UUID NO_DECISION = new UUID(0, 0);

  private final @Nullable UUID decisionId;
  private final double reward;
  private final @Nullable String kind;
  private final @Nullable String label;
  private final @Nullable Instant observedAt;
  private final @Nullable UUID id;

  private Feedback(
      @Nullable UUID decisionId,
      double reward,
      @Nullable String kind,
      @Nullable String label,
      @Nullable Instant observedAt,
      @Nullable UUID id) {
    this.decisionId = decisionId;
    this.reward = reward;
    this.kind = kind;
    this.label = label;
    this.observedAt = observedAt;
    this.id = id;
  }

  /**
   * Makes feedback of kind {@code reward}, observed now.
   *
   * @param decisionId the decision it belongs to
   * @param reward finite
   * @return the feedback
   * @since 0.1
   */
  public static Feedback of(UUID decisionId, double reward) {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    return new Feedback(decisionId, reward, DEFAULT_KIND, null, now, null);
  }

  /**
   * Changes the kind, which keeps rewards of different meaning apart.
   *
   * @param kind 1 to 128 characters, as {@code click}
   * @return a changed copy
   * @since 0.1
   */
  public Feedback kind(String kind) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id);
  }

  /**
   * Adds a label, as a human gives it.
   *
   * @param label 1 to 256 characters
   * @return a changed copy
   * @since 0.1
   */
  public Feedback label(String label) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id);
  }

  /**
   * Changes when it was observed.
   *
   * @param at event time, from 1970 to one day ahead of the clock; kept to the microsecond
   * @return a changed copy
   * @since 0.1
   */
  public Feedback observedAt(Instant at) {
    return new Feedback(decisionId, reward, kind, label, at, id);
  }

  /**
   * Sets the id under which it is stored once.
   *
   * @param id unique among all feedback
   * @return a changed copy
   * @since 0.1
   */
  public Feedback id(UUID id) {
    return new Feedback(decisionId, reward, kind, label, observedAt, id);
  }

  /**
   * Returns the id under which it is stored once.
   *
   * @return the id
   * @since 0.1
   */
  public UUID id() {
    return id != null
        ? id
        : DecisionIds.named(
            observedAt(),
            decisionId + "\n" + kind + "\n" + observedAt + "\n" + reward + "\n" + label);
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
   * @return finite for valid feedback
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

  @Override
  public UUID fateId() {
    return decisionId();
  }

  @Override
  public int sizeBytes() {
    return OBJECT_BYTES + kind().length() + (label == null ? 0 : label.length());
  }

  @Override
  public Optional<String> fault() {
    if (decisionId == null) {
      return Optional.of(
          "feedback.decisionId was null but must be a decision's id; pass decision.id()");
    }
    if (observedAt == null) {
      return Optional.of("feedback.observedAt was null but must be a time; leave it out for now");
    }
    if (!Double.isFinite(reward)) {
      return Optional.of(
          Faults.line("feedback.reward", reward, "must be finite", "pass 0 for no reward"));
    }
    Optional<String> named =
        Texts.requiredFault("feedback.kind", kind(), DecisionRules.MAX_NAME_CHARS);
    if (named.isEmpty() && label != null) {
      named = Texts.requiredFault("feedback.label", label, DecisionRules.MAX_ACTION_CHARS);
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
