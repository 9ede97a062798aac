package dev.mlinfra.shadow;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A primary policy with candidates in its shadow. Thread-safe; closed with {@code MlInfra} or
 * before.
 *
 * <p>Candidates can neither hurt nor delay the primary: they begin after it has answered, on
 * bounded threads of their own behind a bounded queue, and whatever they throw is counted. What
 * they decide is logged in mode {@code SHADOW} under the id of the primary's decision, best effort.
 *
 * @param <I> what is decided upon
 * @param <A> the answer
 * @since 0.1
 */
public interface ShadowRun<I, A> extends AutoCloseable {
  /**
   * Asks the primary on this thread, logs its decision, and leaves the rest to other threads. Does
   * no I/O of its own and does not wait, except for the stage of a primary that answers later; also
   * after {@link #close()}, when only the primary runs.
   *
   * @param input what is decided upon; candidates read it later
   * @return the primary's answer, with the id under which it was logged. Whatever the primary
   *     throws is thrown as it is, or as an {@link java.lang.reflect.UndeclaredThrowableException}
   *     when it is checked; nothing is logged then and no candidate runs
   * @since 0.1
   */
  ShadowAnswer<A> decide(I input);

  /**
   * Asks a primary that answers later, begun on this thread; logs its decision and asks the
   * candidates on the thread that completes its stage. Does not wait. A primary of another kind is
   * asked as by {@link #decide}.
   *
   * @param input what is decided upon; candidates read it later
   * @return the primary's answer, or how it failed
   * @since 0.1
   */
  CompletionStage<ShadowAnswer<A>> decideAsync(I input);

  /**
   * Counts what became of each candidate's turns. Does not block.
   *
   * @return one entry a candidate, in the order of the plan
   * @since 0.1
   */
  List<ShadowTally> tallies();

  /**
   * Waits until the candidates are done with all that was decided before the call. Blocks.
   *
   * @param timeout longest wait
   * @return false when the time was up first
   * @since 0.1
   */
  boolean flush(Duration timeout);

  /**
   * Stops the candidates: what waits is skipped and counted, what runs is interrupted. Blocks for a
   * second at most; may be called twice.
   *
   * @since 0.1
   */
  @Override
  void close();
}
