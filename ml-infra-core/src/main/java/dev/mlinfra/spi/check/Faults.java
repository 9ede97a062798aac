package dev.mlinfra.spi.check;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.InvalidInputException;
import dev.mlinfra.spi.runtime.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects broken rules, so that a configuration is refused once with all its faults. Not
 * thread-safe.
 *
 * @since 0.1
 */
public final class Faults {
  private final List<String> lines = new ArrayList<>();

  /**
   * Makes an empty collector.
   *
   * @since 0.1
   */
  public Faults() {}

  /**
   * Adds a fault.
   *
   * @param subject what is wrong, as {@code redis.maxMemory}
   * @param actual the value found; never a secret
   * @param rule what it must be
   * @param nextStep what to do
   * @return this
   * @since 0.1
   */
  public Faults add(String subject, Object actual, String rule, String nextStep) {
    lines.add(line(subject, actual, rule, nextStep));
    return this;
  }

  /**
   * Adds a line that was rendered before.
   *
   * @param rendered a complete line
   * @return this
   * @since 0.1
   */
  public Faults addLine(String rendered) {
    lines.add(rendered);
    return this;
  }

  /**
   * Adds lines that another collector rendered.
   *
   * @param rendered complete lines
   * @return this
   * @since 0.1
   */
  public Faults addAll(List<String> rendered) {
    lines.addAll(rendered);
    return this;
  }

  /**
   * Requires a whole number in a closed range.
   *
   * @param subject what is checked
   * @param actual the value
   * @param min smallest allowed
   * @param max largest allowed
   * @return this
   * @since 0.1
   */
  public Faults range(String subject, long actual, long min, long max) {
    if (actual < min || actual > max) {
      add(subject, actual, "must be " + min + " to " + max, "pass a value in that range");
    }
    return this;
  }

  /**
   * Requires a duration longer than zero.
   *
   * @param subject what is checked
   * @param actual the value
   * @return this
   * @since 0.1
   */
  public Faults positive(String subject, Duration actual) {
    if (actual.isNegative() || actual.isZero()) {
      add(subject, actual, "must be longer than zero", "pass a positive duration");
    }
    return this;
  }

  /**
   * Requires a name that {@link NameRule} allows.
   *
   * @param subject what is checked
   * @param actual the name
   * @param rule which kind of name
   * @return this
   * @since 0.1
   */
  public Faults name(String subject, String actual, NameRule rule) {
    rule.fault(subject, actual).ifPresent(lines::add);
    return this;
  }

  /**
   * Requires a duration longer than zero that can be counted in nanoseconds.
   *
   * @param subject what is checked
   * @param actual the value, at most 50,000 days
   * @return this
   * @since 0.1
   */
  public Faults duration(String subject, Duration actual) {
    if (actual.compareTo(Timeouts.LONGEST) > 0) {
      add(
          subject,
          actual,
          "must be at most " + Timeouts.LONGEST.toDays() + " days",
          "pass a shorter duration");
    }
    return positive(subject, actual);
  }

  /**
   * Returns what was found.
   *
   * @return the faults so far, one line each, none twice
   * @since 0.1
   */
  public List<String> lines() {
    return lines.stream().distinct().toList();
  }

  /**
   * Refuses a configuration when anything was added.
   *
   * @throws ConfigException with all faults, when there is at least one
   * @since 0.1
   */
  public void throwIfAny() {
    if (!lines.isEmpty()) {
      throw new ConfigException(lines());
    }
  }

  /**
   * Refuses what a call was given when anything was added.
   *
   * @throws InvalidInputException with all faults, when there is at least one
   * @since 0.1
   */
  public void refuseIfAny() {
    if (!lines.isEmpty()) {
      throw new InvalidInputException(lines());
    }
  }

  /**
   * Renders a fault in the form that all messages of the library share.
   *
   * @param subject what is wrong
   * @param actual the value found; long ones are shortened, control characters escaped
   * @param rule what it must be
   * @param nextStep what to do
   * @return one line
   * @since 0.1
   */
  public static String line(String subject, Object actual, String rule, String nextStep) {
    return subject + " was " + Texts.quote(actual) + " but " + rule + "; " + nextStep;
  }
}
