package dev.mlinfra.spi.check;

import dev.mlinfra.error.InvalidInputException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The allow-lists for names that end up in SQL identifiers, Redis keys, bucket names and URLs.
 *
 * @since 0.1
 */
public enum NameRule {
  /** A PostgreSQL identifier that needs no quoting. */
  SCHEMA("[a-z_][a-z0-9_]{0,62}", "must be a lower-case letter or _ then up to 62 of a-z 0-9 _"),
  /** A feature view, a feature, a model alias: safe inside a Redis key. */
  IDENTIFIER(
      "[A-Za-z_][A-Za-z0-9_.-]{0,62}", "must be a letter or _ then up to 62 of A-Z a-z 0-9 _ . -"),
  /** A service, model, stream, group or consumer name: safe in a Redis key and in a URL path. */
  LABEL("[A-Za-z0-9][A-Za-z0-9_.:-]{0,126}", "must be 1 to 127 of A-Z a-z 0-9 _ . : -"),
  /** An entity id inside a Redis key: no braces, spaces or control characters. */
  KEY_PART(
      "[^\\s{}\\p{Cntrl}\\p{Z}\\p{Cn}\\p{Cs}\\p{Cf}]{1,200}",
      "must be 1 to 200 characters without spaces, braces or control characters"),
  /** A bucket name that every S3 server takes. */
  BUCKET(
      "(?!xn--)(?!.*\\.\\.)(?!.*-s3alias$)(?!\\d+\\.\\d+\\.\\d+\\.\\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
      "must be 3 to 63 of a-z 0-9 . - (S3 bucket naming rules), starting and ending with a letter or digit");

  private final Pattern pattern;
  private final String rule;

  NameRule(String regex, String rule) {
    this.pattern = Pattern.compile(regex);
    this.rule = rule;
  }

  /**
   * Says whether a name is allowed.
   *
   * @param name any text
   * @return true when it may be used
   * @since 0.1
   */
  public boolean allows(String name) {
    return pattern.matcher(name).matches();
  }

  /**
   * Describes what is wrong with a name.
   *
   * @param subject what is named, as {@code postgres.schema}
   * @param name any text
   * @return one line, or empty when the name is allowed
   * @since 0.1
   */
  public Optional<String> fault(String subject, String name) {
    return allows(name)
        ? Optional.empty()
        : Optional.of(Faults.line(subject, name, rule, "choose another name"));
  }

  /**
   * Returns an allowed name unchanged.
   *
   * @param subject what is named
   * @param name any text
   * @return the same name
   * @throws InvalidInputException when the name is not allowed
   * @since 0.1
   */
  public String require(String subject, String name) {
    Optional<String> fault = fault(subject, name);
    if (fault.isPresent()) {
      throw new InvalidInputException(fault.get());
    }
    return name;
  }
}
