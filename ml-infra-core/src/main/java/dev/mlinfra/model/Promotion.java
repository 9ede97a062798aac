package dev.mlinfra.model;

import java.time.Instant;
import java.util.Objects;

/**
 * One entry of a model's append-only history: an alias was pointed at a version. Immutable.
 *
 * @param name the model's name
 * @param alias what was pointed, as {@code champion}
 * @param version at which version
 * @param by who did it
 * @param reason why
 * @param at when
 * @since 0.1
 */
public record Promotion(
    String name, String alias, int version, String by, String reason, Instant at) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public Promotion {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(alias, "alias");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(at, "at");
  }
}
