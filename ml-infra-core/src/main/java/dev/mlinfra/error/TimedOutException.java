package dev.mlinfra.error;

import org.jspecify.annotations.Nullable;

/**
 * A call did not finish within its time budget; its outcome is unknown and the call may be
 * repeated.
 *
 * @since 0.1
 */
public final class TimedOutException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one without a cause.
   *
   * @param message one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public TimedOutException(String message) {
    this(message, null);
  }

  /**
   * Makes one that keeps the driver's exception.
   *
   * @param message one line: subject, actual value, rule, next step
   * @param cause what the driver threw, or null
   * @since 0.1
   */
  public TimedOutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean retryable() {
    return true;
  }
}
