package dev.mlinfra.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.spi.check.NameRule;
import java.util.Objects;
import java.util.Optional;

/**
 * Features beside each decision, as they were known when it was made. Immutable.
 *
 * @param view a declared view
 * @param contextKey the entry of the decision's context that names the entity; empty when the
 *     action names it
 * @since 0.1
 */
public record FeatureJoin(String view, Optional<String> contextKey) {
  /**
   * Checks the view's name.
   *
   * @throws dev.mlinfra.error.InvalidInputException when it cannot be a view's name
   * @since 0.1
   */
  public FeatureJoin {
    NameRule.IDENTIFIER.require("training.features", view);
    Objects.requireNonNull(contextKey, "contextKey");
  }

  /**
   * Tells whose features belong to a decision.
   *
   * @param decision the decision
   * @return the entity; empty when the context has no such entry
   * @since 0.1
   */
  public Optional<String> entity(Decision decision) {
    return contextKey.isPresent()
        ? Optional.ofNullable(decision.context().get(contextKey.get()))
        : Optional.of(decision.action());
  }
}
