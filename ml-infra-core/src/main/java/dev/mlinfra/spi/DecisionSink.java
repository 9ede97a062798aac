package dev.mlinfra.spi;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Feedback;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Stores decisions, feedback and activations. May be called by several threads; blocks within its
 * own time-outs.
 *
 * <p>A batch is stored whole or not at all. {@link dev.mlinfra.error.CorruptDataException} means
 * that some row can never be stored, so that the caller halves the batch; a retryable exception
 * means that the outcome is unknown or that nothing was stored, so that the caller tries again with
 * {@code firstAttempt} false.
 *
 * @since 0.1
 */
public interface DecisionSink {
  /**
   * Stores decisions.
   *
   * @param batch at least one
   * @param firstAttempt true when no part of the batch was ever sent
   * @return how many were new
   * @throws dev.mlinfra.error.MlInfraException as the class says
   * @since 0.1
   */
  Written write(List<LoggedDecision> batch, boolean firstAttempt);

  /**
   * Stores feedback.
   *
   * @param batch at least one
   * @param firstAttempt true when no part of the batch was ever sent
   * @return how many were new
   * @throws dev.mlinfra.error.MlInfraException as the class says
   * @since 0.1
   */
  Written writeFeedback(List<Feedback> batch, boolean firstAttempt);

  /**
   * Stores activations, of which the first one for a decision stays.
   *
   * @param batch at least one
   * @param firstAttempt true when no part of the batch was ever sent
   * @return how many were new
   * @throws dev.mlinfra.error.MlInfraException as the class says
   * @since 0.1
   */
  Written writeActivations(List<Activation> batch, boolean firstAttempt);

  /**
   * Returns how decisions are kept outside of the store, for a spool.
   *
   * @return empty when they cannot be
   * @since 0.1
   */
  default Optional<RowStore<LoggedDecision>> decisionRows() {
    return Optional.empty();
  }

  /**
   * Returns how feedback is kept outside of the store, for a spool.
   *
   * @return empty when it cannot be
   * @since 0.1
   */
  default Optional<RowStore<Feedback>> feedbackRows() {
    return Optional.empty();
  }

  /**
   * Returns how activations are kept outside of the store, for a spool.
   *
   * @return empty when they cannot be
   * @since 0.1
   */
  default Optional<RowStore<Activation>> activationRows() {
    return Optional.empty();
  }

  /**
   * Tells the store whom to ask how many numbers this process has given to decisions. A store that
   * notes it now and then knows what a process lost at its end.
   *
   * @param numbered the count so far; cheap and thread-safe
   * @since 0.1
   */
  default void numbering(LongSupplier numbered) {}
}
