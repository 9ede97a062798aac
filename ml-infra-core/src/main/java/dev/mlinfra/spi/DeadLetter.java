package dev.mlinfra.spi;

import dev.mlinfra.decision.DecisionMode;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that was accepted and cannot be processed. Immutable.
 *
 * @param origin {@code decision}, {@code feedback} or the consumer group of an event
 * @param subjectId the id of the decision, feedback or event, for decisions as {@link #idOf}; with
 *     the origin it is the key
 * @param payload what it was, as text
 * @param cause one line why
 * @param attempts how often it was tried
 * @param subject whom it is about; stored as a digest only
 * @since 0.1
 */
public record DeadLetter(
    String origin,
    String subjectId,
    String payload,
    String cause,
    int attempts,
    Optional<String> subject) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public DeadLetter {
    Objects.requireNonNull(origin, "origin");
    Objects.requireNonNull(subjectId, "subjectId");
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(subject, "subject");
  }

  /**
   * Makes one that is about nobody.
   *
   * @param origin as above
   * @param subjectId as above
   * @param payload as above
   * @param cause as above
   * @param attempts as above
   * @since 0.1
   */
  public DeadLetter(String origin, String subjectId, String payload, String cause, int attempts) {
    this(origin, subjectId, payload, cause, attempts, Optional.empty());
  }

  /**
   * Tells decisions apart: a shadow has the id of what it shadows, so that its time goes with it.
   *
   * @param decision its id
   * @param mode its mode
   * @param decidedAt its time
   * @return the id, and for a shadow a blank and the time
   * @since 0.1
   */
  public static String idOf(UUID decision, DecisionMode mode, Instant decidedAt) {
    return mode == DecisionMode.SHADOW ? decision + " " + decidedAt : decision.toString();
  }
}
