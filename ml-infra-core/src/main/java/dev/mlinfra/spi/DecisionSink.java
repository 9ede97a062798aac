package dev.mlinfra.spi;

import dev.mlinfra.decision.Feedback;
import java.util.List;

/**
 * Stores decisions and feedback. Called by one thread at a time; blocks within its own time-outs.
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
}
