package dev.mlinfra.decision;

/**
 * Takes out of decisions what must never be stored, as names or addresses in the context. It runs
 * on the thread that calls {@link DecisionLog#log}, before anything is queued, so it must be quick;
 * several threads call it at once. It sees what would be kept only: not what breaks a rule, is
 * sampled out or is dropped by a pause.
 *
 * <p>It fails closed: when it throws, returns null or changes what a decision is known by, the
 * offer is {@code REJECTED}, counted in the ledger under {@code decision.mask}, and nothing of it
 * is stored. The text of an exception is dropped, since it may quote what had to be masked.
 *
 * <pre>{@code
 * DecisionMask mask = decision ->
 *     decision.toBuilder().context("user", "masked").dropContext("email").features().build();
 * }</pre>
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DecisionMask {
  /**
   * Returns what may be stored of a decision.
   *
   * @param decision a valid decision
   * @return the same or a changed one, with the same id and time
   * @since 0.1
   */
  Decision mask(Decision decision);

  /**
   * Returns what may be stored of feedback, whose label is a text.
   *
   * @param feedback valid feedback
   * @return the same, which is what happens unless this is overridden, or a changed one for the
   *     same decision
   * @since 0.1
   */
  default Feedback mask(Feedback feedback) {
    return feedback;
  }
}
