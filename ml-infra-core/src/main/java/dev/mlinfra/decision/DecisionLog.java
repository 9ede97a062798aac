package dev.mlinfra.decision;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Ledger;
import java.time.Duration;
import java.util.UUID;

/**
 * Records decisions and what came of them. Thread-safe; closed with {@code MlInfra}.
 *
 * <p>{@link #log}, {@link #feedback} and {@link #activate} do no I/O, never block and never throw.
 * What they accepted is stored exactly once as long as the process lives, whatever the store does
 * meanwhile. When the process is killed, what was in memory only is lost; with {@link
 * dev.mlinfra.buffer.Durability#SPOOL_FIRST} that is what was accepted in the last moments, and
 * what {@link #sync} had waited for is not.
 *
 * @since 0.1
 */
public interface DecisionLog {
  /**
   * Offers a decision. Does not block.
   *
   * @param decision what was decided; null counts as rejected
   * @return what became of the offer
   * @since 0.1
   */
  Acceptance log(Decision decision);

  /**
   * Offers feedback. Does not block.
   *
   * @param feedback what came of a decision; null counts as rejected
   * @return what became of the offer
   * @since 0.1
   */
  Acceptance feedback(Feedback feedback);

  /**
   * Offers a reward observed now. Does not block. Each call counts; to make repeated messages count
   * once, pass a {@link Feedback} with its time or id.
   *
   * @param decisionId the decision it belongs to
   * @param reward at most 1e100 in size
   * @return what became of the offer
   * @since 0.1
   */
  default Acceptance feedback(UUID decisionId, double reward) {
    Feedback now = Feedback.of(decisionId, reward);
    return feedback(now.id(DecisionIds.at(now.observedAt())));
  }

  /**
   * Offers word that a deferred decision was acted upon. Does not block. For a decision that is not
   * deferred it changes nothing.
   *
   * @param activation of which decision, and when; null counts as rejected
   * @return what became of the offer
   * @since 0.1
   */
  Acceptance activate(Activation activation);

  /**
   * Offers word that a deferred decision is acted upon now. Does not block.
   *
   * @param decisionId the decision that counts from now on
   * @return what became of the offer
   * @since 0.1
   */
  default Acceptance activate(UUID decisionId) {
    return activate(Activation.of(decisionId));
  }

  /**
   * Waits until everything accepted before the call is stored or parked. Blocks.
   *
   * @param timeout longest wait
   * @return false when the time was up first
   * @since 0.1
   */
  boolean flush(Duration timeout);

  /**
   * Waits until nothing that was accepted before the call is in memory only: it is stored, parked
   * or, with a spool, in a file that is synced, which a kill does not take away and the next
   * process on the same directory stores. Blocks.
   *
   * @param timeout longest wait
   * @return false when the time was up first, as it is when there is no spool and the store is down
   * @since 0.1
   */
  boolean sync(Duration timeout);

  /**
   * Returns where all decisions offered to this process are. Does not block.
   *
   * @return a balanced ledger
   * @since 0.1
   */
  Ledger ledger();

  /**
   * Returns where all feedback offered to this process is. Does not block.
   *
   * @return a balanced ledger
   * @since 0.1
   */
  Ledger feedbackLedger();

  /**
   * Returns where all activations offered to this process are. Does not block.
   *
   * @return a balanced ledger
   * @since 0.1
   */
  Ledger activationLedger();
}
