package dev.mlinfra.error;

import org.jspecify.annotations.Nullable;

/**
 * A client was used after it was closed.
 *
 * @since 0.1
 */
public final class ClosedException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one without a cause.
   *
   * @param message one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public ClosedException(String message) {
    this(message, null);
  }

  /**
   * Makes one that keeps the driver's exception.
   *
   * @param message one line: subject, actual value, rule, next step
   * @param cause what the driver threw, or null
   * @since 0.1
   */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean retryable() {
    return false;
  }
}
