package dev.mlinfra.decision;

import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.history.DecisionCompleteness;
import dev.mlinfra.history.DecisionOutcome;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.history.RecentDecision;
import dev.mlinfra.privacy.ErasureReceipt;
import dev.mlinfra.training.TrainingQuery;
import dev.mlinfra.training.TrainingSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

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

  /**
   * Looks up decisions of the last minutes in one round trip, for joining quick feedback; those in
   * mode {@code SHADOW} are not remembered. Blocks at most for the budget and does not throw for an
   * outage.
   *
   * @param ids the decisions' ids
   * @param budget longest wait
   * @return one entry for each id, in their order; empty when it is unknown or too old, and all are
   *     empty when the cache is down or does not answer in time
   * @since 0.1
   */
  List<Optional<RecentDecision>> recent(List<UUID> ids, Duration budget);

  /**
   * Looks up one decision of the last minutes with the default budget of 50 ms.
   *
   * @param id the decision's id
   * @return empty when it is unknown, too old, or the cache is down
   * @since 0.1
   */
  default Optional<RecentDecision> recent(UUID id) {
    return recent(List.of(id), Duration.ofMillis(50)).get(0);
  }

  /**
   * Streams stored decisions with what came of them, in order of time and id, in constant memory;
   * deferred ones once they are activated. Blocks; the reader runs on the caller's thread and may
   * stop the stream by throwing.
   *
   * @param query which decisions
   * @param reader called once for each
   * @return how many were read
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  long outcomes(DecisionQuery query, Consumer<DecisionOutcome> reader);

  /**
   * Asks the store how complete it is, minute by minute and process by process, whoever logged.
   * Blocks for one query, whose cost grows with the decisions of the span.
   *
   * @param from first event time, inclusive
   * @param to end, exclusive
   * @return minutes with at least one decision or one missing number, in order of time and process
   * @throws dev.mlinfra.error.ConfigException when {@code to} is before {@code from}
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  List<DecisionCompleteness> completeness(Instant from, Instant to);

  /**
   * Removes what is stored about a subject: its decisions with their feedback, dead letters and
   * cached copies. From the beginning of the call on, nothing of the subject that was decided until
   * then is stored any more, whichever process still holds it in memory or in its spool. Blocks,
   * for some seconds longer while this process still holds rows. A call that was cut off is
   * finished by the next one; a repeated call removes nothing.
   *
   * @param subject as given to {@link DecisionBuilder#subject}
   * @return what was removed where; the store keeps it too
   * @throws dev.mlinfra.error.ConfigException when the subject breaks a rule or a right is missing
   * @throws dev.mlinfra.error.ModuleMissingException when no module can forget
   * @throws dev.mlinfra.error.UnavailableException when the store or the cache cannot be reached;
   *     one that is away at the beginning lets nothing be deleted
   * @since 0.1
   */
  ErasureReceipt forget(String subject);

  /**
   * Prepares a training set: decisions with one reward each and, where asked, the features known at
   * the time. Blocks until what was stored before the call is settled, at most some seconds while
   * other writes are open; reads no rows yet.
   *
   * @param query what it holds
   * @return the set, with the bound of ingestion that its rows keep to
   * @throws dev.mlinfra.error.ConfigException when a view is not declared, two columns would have
   *     one name, or the query's bound is not settled yet
   * @throws dev.mlinfra.error.ModuleMissingException when no module joins decisions
   * @throws dev.mlinfra.error.UnavailableException when the store cannot be read
   * @since 0.1
   */
  TrainingSet trainingSet(TrainingQuery query);
}
