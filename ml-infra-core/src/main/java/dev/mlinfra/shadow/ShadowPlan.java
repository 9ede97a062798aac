package dev.mlinfra.shadow;

import dev.mlinfra.decision.DecisionBuilder;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * What is compared, and within which bounds. Immutable; each method returns a changed copy.
 *
 * <p>Defaults: each candidate has one thread, 100 decisions may wait for it, it has one second for
 * each, and after 5 failures in a row it rests, at first for a second and at most for a minute.
 *
 * @param <I> what is decided upon
 * @param <A> the answer
 * @since 0.1
 */
public interface ShadowPlan<I, A> {
  /**
   * Adds a candidate, which decides upon what the primary has decided. It gets the same input, on
   * another thread and later: an input that is changed after the call, by the host or by a
   * candidate, must be copied before.
   *
   * @param model its name, 1 to 128 characters
   * @param version its version, 1 to 128 characters
   * @param decider runs on a thread of its own; what it throws is counted
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> candidate(
      String model, String version, ShadowDecider<? super I, ? extends A> decider);

  /**
   * Sets how an input and an answer become a decision: its agent, action, features, context and
   * propensity. Its time, mode, model, latency, baseline action and, of candidates, its id are set
   * by the library. Answers agree when their actions are the same text. Without a description, the
   * agent is the name of the comparison and the action is the answer's {@code toString()}.
   *
   * @param description must be quick, since for the primary it runs on the caller's thread; what it
   *     throws makes the decision be rejected or the candidate fail
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> describe(BiFunction<? super I, ? super A, DecisionBuilder> description);

  /**
   * Sets how long a candidate may take for one decision. Then its thread is interrupted and the
   * answer is not logged. One that ignores the interrupt keeps its thread, and gets no other.
   *
   * @param limit longer than zero
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> timeLimit(Duration limit);

  /**
   * Sets how many threads each candidate has; they are its own.
   *
   * @param perCandidate 1 to 16
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> threads(int perCandidate);

  /**
   * Sets how many decisions may wait for each candidate. Their inputs are held meanwhile; those
   * that do not fit are skipped and counted.
   *
   * @param perCandidate 1 to 100,000
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> maxQueued(int perCandidate);

  /**
   * Sets after how many failures in a row, time-outs included, a candidate is left alone, and for
   * how long. Each further failure doubles the pause; one success ends it.
   *
   * @param failures 1 to 10,000
   * @param min first pause, longer than zero
   * @param max longest pause, not shorter than min
   * @return a changed copy
   * @since 0.1
   */
  ShadowPlan<I, A> circuit(int failures, Duration min, Duration max);

  /**
   * Starts the candidates' threads. Does no I/O.
   *
   * @return the running comparison; make it once, and close it or let {@code MlInfra} close it
   * @throws dev.mlinfra.error.ConfigException with every broken rule, or when one of that name runs
   * @throws dev.mlinfra.error.ClosedException when {@code MlInfra} is closed
   * @since 0.1
   */
  ShadowRun<I, A> start();
}
