package dev.mlinfra.error;

import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be stored or must not be used: a value the server refuses, bytes whose digest
 * differs.
 *
 * @since 0.1
 */
public final class CorruptDataException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes one without a cause.
   *
   * @param message one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public CorruptDataException(String message) {
    this(message, null);
  }

  /**
   * Makes one that keeps the driver's exception.
   *
   * @param message one line: subject, actual value, rule, next step
   * @param cause what the driver threw, or null
   * @since 0.1
   */
  public CorruptDataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  @Override
  public boolean retryable() {
    return false;
  }
}
