package dev.mlinfra.model;

import java.util.Objects;

/**
 * A promotion to be made: which version an alias is to mean, by whom and why. Immutable; checked by
 * {@link ModelRegistry#promote}.
 *
 * <pre>{@code
 * NewPromotion.of("ranker", 3).alias("champion").by("anna").reason("better AUC")
 * }</pre>
 *
 * @param name the model's name
 * @param version a registered version
 * @param alias as {@code champion}
 * @param by who does it; 1 to 128 characters
 * @param reason why; 1 to 2,000 characters
 * @since 0.1
 */
public record NewPromotion(String name, int version, String alias, String by, String reason) {
  /**
   * Checks that nothing is null.
   *
   * @since 0.1
   */
  public NewPromotion {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(alias, "alias");
    Objects.requireNonNull(by, "by");
    Objects.requireNonNull(reason, "reason");
  }

  /**
   * Names the version; alias, author and reason are to be added.
   *
   * @param name the model's name
   * @param version a registered version
   * @return the promotion
   * @since 0.1
   */
  public static NewPromotion of(String name, int version) {
    return new NewPromotion(name, version, "", "", "");
  }

  /**
   * Sets the alias.
   *
   * @param alias as {@code champion}
   * @return a changed copy
   * @since 0.1
   */
  public NewPromotion alias(String alias) {
    return new NewPromotion(name, version, alias, by, reason);
  }

  /**
   * Sets who does it.
   *
   * @param who 1 to 128 characters
   * @return a changed copy
   * @since 0.1
   */
  public NewPromotion by(String who) {
    return new NewPromotion(name, version, alias, who, reason);
  }

  /**
   * Sets why.
   *
   * @param why 1 to 2,000 characters
   * @return a changed copy
   * @since 0.1
   */
  public NewPromotion reason(String why) {
    return new NewPromotion(name, version, alias, by, why);
  }
}
