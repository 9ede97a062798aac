package dev.mlinfra.error;

import org.jspecify.annotations.Nullable;

/**
 * The base of everything the library throws. The message is one line: subject, actual value, rule,
 * next step. The cause, where there is one, is the driver's own exception.
 *
 * @since 0.1
 */
public abstract sealed class MlInfraException extends RuntimeException
    permits ConfigException,
        InvalidInputException,
        QuotaExceededException,
        ModuleMissingException,
        UnavailableException,
        TimedOutException,
        ConflictException,
        CorruptDataException,
        ClosedException {
  private static final long serialVersionUID = 1L;

  MlInfraException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /**
   * Says whether the same call may succeed later without a change by the caller.
   *
   * @return true for outages and time-outs, false for mistakes and damaged data
   * @since 0.1
   */
  public abstract boolean retryable();
}
