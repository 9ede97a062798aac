package dev.mlinfra.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call was given breaks a rule: a figure that is not finite, a limit of 0, a feature row of
 * another shape, a file that cannot be read. Nothing was done.
 *
 * @since 0.1
 */
public final class InvalidInputException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable List<String> faults;

  /**
   * Makes one for a single fault.
   *
   * @param fault one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public InvalidInputException(String fault) {
    this(fault, null);
  }

  /**
   * Makes one that keeps what failed.
   *
   * @param fault one line: subject, actual value, rule, next step
   * @param cause what was thrown, or null
   * @since 0.1
   */
  public InvalidInputException(String fault, @Nullable Throwable cause) {
    super(fault, cause);
    this.faults = List.of(fault);
  }

  /**
   * Makes one for all faults of a value.
   *
   * @param faults at least one line each
   * @since 0.1
   */
  public InvalidInputException(List<String> faults) {
    super(
        faults.size() == 1
            ? faults.get(0)
            : faults.size() + " faults: " + String.join(" | ", faults),
        null);
    this.faults = List.copyOf(faults);
  }

  /**
   * Returns the faults, one line each.
   *
   * @return never empty
   * @since 0.1
   */
  public List<String> faults() {
    return faults == null ? List.of(String.valueOf(getMessage())) : faults;
  }

  @Override
  public boolean retryable() {
    return false;
  }
}
