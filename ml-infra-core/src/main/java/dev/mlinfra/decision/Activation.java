package dev.mlinfra.decision;

import dev.mlinfra.spi.check.EventTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Word that a {@linkplain DecisionBuilder#deferred deferred} decision was acted upon, so that it
 * counts from now on. The first one stored for a decision stays; those that follow add nothing. It
 * may come before its decision is stored. Immutable; no method throws, a broken rule is kept as
 * {@link #fault()}.
 *
 * @since 0.1
 */
public final class Activation {
  private static final UUID NO_DECISION = new UUID(0, 0);

  private final @Nullable UUID decisionId;
  private final @Nullable Instant activatedAt;

  private Activation(@Nullable UUID decisionId, @Nullable Instant activatedAt) {
    this.decisionId = decisionId;
    this.activatedAt = activatedAt;
  }

  /**
   * Activates a decision now.
   *
   * @param decisionId the decision
   * @return the activation
   * @since 0.1
   */
  public static Activation of(UUID decisionId) {
    return new Activation(decisionId, Instant.now());
  }

  /**
   * Changes when the decision was acted upon.
   *
   * @param at event time, from 1970 to one day ahead of the clock; kept to the microsecond
   * @return a changed copy
   * @since 0.1
   */
  public Activation activatedAt(Instant at) {
    return new Activation(decisionId, at);
  }

  /**
   * Returns the decision.
   *
   * @return the decision's id
   * @since 0.1
   */
  public UUID decisionId() {
    return decisionId == null ? NO_DECISION : decisionId;
  }

  /**
   * Returns when the decision was acted upon; its window of feedback begins then.
   *
   * @return event time
   * @since 0.1
   */
  public Instant activatedAt() {
    if (activatedAt == null) {
      return Instant.EPOCH;
    }
    return DecisionRules.storable(activatedAt)
        ? activatedAt.truncatedTo(ChronoUnit.MICROS)
        : activatedAt;
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
          "activation.decisionId was null but must be a decision's id; pass decision.id()");
    }
    if (activatedAt == null) {
      return Optional.of(
          "activation.activatedAt was null but must be a time; leave it out for now");
    }
    return EventTime.fault("activation.activatedAt", activatedAt, Instant.now());
  }

  @Override
  public String toString() {
    return "Activation[" + decisionId + "]";
  }
}
