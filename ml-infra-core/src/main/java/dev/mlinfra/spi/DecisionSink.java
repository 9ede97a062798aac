package dev.mlinfra.spi;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import java.util.function.LongSupplier;

/**
 * Stores what decision logs take, each kind of rows by a sink of its own. Thread-safe.
 *
 * @since 0.1
 */
public interface DecisionSink {
  /**
   * Returns what stores decisions.
   *
   * @return always the same
   * @since 0.1
   */
  RowSink<Decision> decisions();

  /**
   * Returns what stores feedback, each by its id once.
   *
   * @return always the same
   * @since 0.1
   */
  RowSink<Feedback> feedback();

  /**
   * Returns what stores activations, of which the first one for a decision stays.
   *
   * @return always the same
   * @since 0.1
   */
  RowSink<Activation> activations();

  /**
   * Tells the store whom to ask how many numbers this process has given to decisions. A store that
   * notes it now and then knows what a process lost at its end.
   *
   * @param numbered the count so far; cheap and thread-safe
   * @since 0.1
   */
  void numbering(LongSupplier numbered);
}
