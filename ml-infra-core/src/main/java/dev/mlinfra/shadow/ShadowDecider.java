package dev.mlinfra.shadow;

/**
 * Decides. Called on several threads at once, unless the host calls it on one.
 *
 * @param <I> what is decided upon
 * @param <A> the answer
 * @since 0.1
 */
@FunctionalInterface
public interface ShadowDecider<I, A> {
  /**
   * Decides.
   *
   * @param input what is decided upon
   * @return the answer
   * @throws Exception when it cannot
   * @since 0.1
   */
  A decide(I input) throws Exception;
}
