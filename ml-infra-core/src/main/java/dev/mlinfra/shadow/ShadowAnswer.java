package dev.mlinfra.shadow;

import java.util.Objects;
import java.util.UUID;

/**
 * The primary's answer. Immutable.
 *
 * @param <A> the answer
 * @param id of the decision, for feedback: it reaches the primary's decision and the candidates'
 * @param answer what the primary returned
 * @since 0.1
 */
public record ShadowAnswer<A>(UUID id, A answer) {
  /**
   * Checks that there is an id.
   *
   * @since 0.1
   */
  public ShadowAnswer {
    Objects.requireNonNull(id, "id");
  }
}
