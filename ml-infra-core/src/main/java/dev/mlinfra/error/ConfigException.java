package dev.mlinfra.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration, or an argument that a program fixes at start, breaks a rule. All faults found
 * are reported together.
 *
 * @since 0.1
 */
public final class ConfigException extends MlInfraException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> faults;

  /**
   * Makes one for a single fault.
   *
   * @param fault one line: subject, actual value, rule, next step
   * @since 0.1
   */
  public ConfigException(String fault) {
    this(List.of(fault), null);
  }

  /**
   * Makes one for a single fault that a server reported.
   *
   * @param fault one line: subject, actual value, rule, next step
   * @param cause what the driver threw, or null
   * @since 0.1
   */
  public ConfigException(String fault, @Nullable Throwable cause) {
    this(List.of(fault), cause);
  }

  /**
   * Makes one for all faults of a configuration.
   *
   * @param faults at least one line each
   * @since 0.1
   */
  public ConfigException(List<String> faults) {
    this(faults, null);
  }

  private ConfigException(List<String> faults, @Nullable Throwable cause) {
    super(render(faults), cause);
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

  private static String render(List<String> faults) {
    return faults.size() == 1
        ? faults.get(0)
        : faults.size() + " configuration faults: " + String.join(" | ", faults);
  }
}
