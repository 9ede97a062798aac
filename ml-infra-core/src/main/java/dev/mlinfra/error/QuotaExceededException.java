package dev.mlinfra.error;

import org.jspecify.annotations.Nullable;

/**
 * A quota has no room for what was to be stored. Nothing was stored.
 *
 * @since 0.1
 */
public final class QuotaExceededException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one without a cause.
   *
   * @param message one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public QuotaExceededException(String message) {
    this(message, null);
  }

  /**
   * Makes one that keeps the driver's exception.
   *
   * @param message one line: subject, actual value, rule, next step
   * @param cause what the driver threw, or null
   * @since 0.1
   */
  public QuotaExceededException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean retryable() {
    return false;
  }
}
