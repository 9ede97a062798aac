package dev.mlinfra.history;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * What is kept of a decision for a quick join. Immutable.
 *
 * @param id the decision's id
 * @param decidedAt event time
 * @param agent who decided
 * @param model the model, empty for none
 * @param modelVersion its version, empty for none
 * @param action what was chosen
 * @param propensity in (0, 1]
 * @param deferred whether it counts only once it is activated
 * @since 0.1
 */
public record RecentDecision(
    UUID id,
    Instant decidedAt,
    String agent,
    String model,
    String modelVersion,
    String action,
    double propensity,
    boolean deferred) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public RecentDecision {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(decidedAt, "decidedAt");
    Objects.requireNonNull(agent, "agent");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(modelVersion, "modelVersion");
    Objects.requireNonNull(action, "action");
  }
}
