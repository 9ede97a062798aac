package dev.mlinfra.spi.settings;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One section of plain configuration, as the variables {@code ML_INFRA_POSTGRES_*} without their
 * prefix, in lower case. Remembers what was read. Not thread-safe.
 *
 * @since 0.1
 */
public final class Settings {
  private static final String PREFIX = "ML_INFRA_";

  private final String section;
  private final Map<String, String> values;
  private final Set<String> read = new TreeSet<>();

  /**
   * Makes a section.
   *
   * @param section its name, for messages; empty for what stands outside of all sections
   * @param values by key, in lower case
   * @since 0.1
   */
  public Settings(String section, Map<String, String> values) {
    this.section = Objects.requireNonNull(section, "section");
    this.values = new TreeMap<>(values);
  }

  /**
   * Reads a text.
   *
   * @param key lower case, as {@code url}
   * @return empty when it is not set
   * @since 0.1
   */
  public Optional<String> text(String key) {
    read.add(key);
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isBlank());
  }

  /**
   * Reads a text that must be there.
   *
   * @param key lower case
   * @return the value
   * @throws ConfigException when it is not set
   * @since 0.1
   */
  public String required(String key) {
    return text(key)
        .orElseThrow(
            () ->
                new ConfigException(
                    subject(key) + " was not set but is required; set " + variable(key)));
  }

  /**
   * Reads a whole number.
   *
   * @param key lower case
   * @return empty when it is not set
   * @throws ConfigException when it is not a number
   * @since 0.1
   */
  public Optional<Long> number(String key) {
    return text(key)
        .map(
            value -> {
              try {
                return Long.valueOf(value.trim());
              } catch (NumberFormatException e) {
                throw new ConfigException(
                    Faults.line(subject(key), value, "must be a whole number", "correct it"), e);
              }
            });
  }

  /**
   * Reads a number that need not be whole.
   *
   * @param key lower case
   * @return empty when it is not set
   * @throws ConfigException when it is not a number
   * @since 0.1
   */
  public Optional<Double> decimal(String key) {
    return text(key)
        .map(
            value -> {
              try {
                return Double.valueOf(value.trim());
              } catch (NumberFormatException e) {
                throw new ConfigException(
                    Faults.line(subject(key), value, "must be a number", "correct it"), e);
              }
            });
  }

  /**
   * Reads a duration in ISO-8601 form, as {@code PT5S}.
   *
   * @param key lower case
   * @return empty when it is not set
   * @throws ConfigException when it is not a duration
   * @since 0.1
   */
  public Optional<Duration> duration(String key) {
    return text(key)
        .map(
            value -> {
              try {
                return Duration.parse(value.trim());
              } catch (DateTimeParseException e) {
                throw new ConfigException(
                    Faults.line(
                        subject(key), value, "must be an ISO-8601 duration", "write PT5S for 5 s"),
                    e);
              }
            });
  }

  /**
   * Reads {@code true} or {@code false}.
   *
   * @param key lower case
   * @return empty when it is not set
   * @throws ConfigException when it is neither
   * @since 0.1
   */
  public Optional<Boolean> flag(String key) {
    return text(key)
        .map(
            value ->
                switch (value.trim()) {
                  case "true" -> true;
                  case "false" -> false;
                  default ->
                      throw new ConfigException(
                          Faults.line(subject(key), value, "must be true or false", "correct it"));
                });
  }

  /**
   * Reads a secret, from the key itself or from the file that {@code <key>_file} names.
   *
   * @param key lower case, as {@code password}
   * @return empty when neither is set
   * @throws ConfigException when both are set or the file cannot be read
   * @since 0.1
   */
  public Optional<Secret> secret(String key) {
    Optional<String> value = text(key);
    Optional<String> file = text(key + "_file");
    if (value.isPresent() && file.isPresent()) {
      throw new ConfigException(
          subject(key)
              + " was set twice, as a value and as a file, but must be set once; unset "
              + variable(key));
    }
    return value.map(Secret::of).or(() -> file.map(path -> Secret.fromFile(Path.of(path))));
  }

  /**
   * Returns the keys that nobody read, which are most likely misspelt.
   *
   * @return sorted
   * @since 0.1
   */
  public Set<String> unread() {
    Set<String> unread = new TreeSet<>(values.keySet());
    unread.removeAll(read);
    return unread;
  }

  /**
   * Returns how messages call a key.
   *
   * @param key lower case
   * @return as {@code postgres.url}
   * @since 0.1
   */
  public String subject(String key) {
    return section.isEmpty() ? variable(key) : section + "." + key;
  }

  /**
   * Returns the environment variable of a key.
   *
   * @param key lower case
   * @return as {@code ML_INFRA_POSTGRES_URL}
   * @since 0.1
   */
  public String variable(String key) {
    return (section.isEmpty() ? PREFIX + key : PREFIX + section + "_" + key)
        .toUpperCase(Locale.ROOT);
  }
}
