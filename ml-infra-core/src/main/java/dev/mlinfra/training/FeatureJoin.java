package dev.mlinfra.training;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.check.NameRule;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Features beside each decision, as they were known when it was made. Immutable.
 *
 * @since 0.1
 */
public final class FeatureJoin {
  private final String view;
  private final @Nullable String contextKey;

  private FeatureJoin(String view, @Nullable String contextKey) {
    this.view = NameRule.IDENTIFIER.require("training.features", view);
    this.contextKey = contextKey;
  }

  /**
   * Joins the features of the entity that the context names.
   *
   * @param view a declared view
   * @param contextKey the entry of the decision's context that holds the entity
   * @return the join
   * @throws InvalidInputException when it cannot be a view's name
   * @since 0.1
   */
  public static FeatureJoin byContext(String view, String contextKey) {
    return new FeatureJoin(view, Objects.requireNonNull(contextKey, "contextKey"));
  }

  /**
   * Joins the features of the entity that the action names.
   *
   * @param view a declared view
   * @return the join
   * @throws InvalidInputException when it cannot be a view's name
   * @since 0.1
   */
  public static FeatureJoin byAction(String view) {
    return new FeatureJoin(view, null);
  }

  /**
   * Returns the view.
   *
   * @return its name
   * @since 0.1
   */
  public String view() {
    return view;
  }

  /**
   * Returns the entry of the decision's context that names the entity.
   *
   * @return empty when the action names it
   * @since 0.1
   */
  public Optional<String> contextKey() {
    return Optional.ofNullable(contextKey);
  }

  /**
   * Tells whose features belong to a decision.
   *
   * @param decision the decision
   * @return the entity; empty when the context has no such entry
   * @since 0.1
   */
  public Optional<String> entity(Decision decision) {
    return contextKey == null
        ? Optional.of(decision.action())
        : Optional.ofNullable(decision.context().get(contextKey));
  }
}
