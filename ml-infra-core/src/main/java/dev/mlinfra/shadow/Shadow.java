package dev.mlinfra.shadow;

import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A comparison that has a name, and needs the policy that counts. Immutable.
 *
 * @since 0.1
 */
public interface Shadow {
  /**
   * Names the policy whose answers count.
   *
   * @param <I> what is decided upon
   * @param <A> the answer
   * @param model its name, 1 to 128 characters
   * @param version its version, 1 to 128 characters
   * @param decider runs on the caller's thread; what it throws reaches the caller, a checked
   *     exception in an {@link java.lang.reflect.UndeclaredThrowableException}
   * @return a plan that needs candidates
   * @since 0.1
   */
  <I, A> ShadowPlan<I, A> primary(
      String model, String version, ShadowDecider<? super I, ? extends A> decider);

  /**
   * Names the policy whose answers count and come later. Ask it with {@link ShadowRun#decideAsync}.
   *
   * @param <I> what is decided upon
   * @param <A> the answer
   * @param model its name, 1 to 128 characters
   * @param version its version, 1 to 128 characters
   * @param decider begins on the caller's thread; what it throws, or its stage fails with, reaches
   *     the caller
   * @return a plan that needs candidates
   * @since 0.1
   */
  <I, A> ShadowPlan<I, A> primaryAsync(
      String model, String version, Function<? super I, ? extends CompletionStage<A>> decider);
}
