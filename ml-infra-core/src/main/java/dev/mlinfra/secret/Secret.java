package dev.mlinfra.secret;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A password or key. It never shows its value in {@link #toString()}, has no value-based {@code
 * equals} and cannot be serialised. Immutable and thread-safe.
 *
 * @since 0.1
 */
public final class Secret {
  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /**
   * Wraps a value that the program already has.
   *
   * @param value not empty
   * @return the secret
   * @throws ConfigException when the value is empty
   * @since 0.1
   */
  public static Secret of(String value) {
    Objects.requireNonNull(value, "value");
    if (value.isEmpty()) {
      throw new ConfigException("secret was empty but must have a value; pass the password or key");
    }
    return new Secret(value);
  }

  /**
   * Reads an environment variable.
   *
   * @param variable its name
   * @return the secret
   * @throws ConfigException when the variable is not set or empty
   * @since 0.1
   */
  public static Secret fromEnvironment(String variable) {
    String value = System.getenv(variable);
    if (value == null || value.isEmpty()) {
      throw new ConfigException(
          "environment variable " + variable + " was not set but must hold a secret; export it");
    }
    return new Secret(value);
  }

  /**
   * Reads a file, as Docker and Kubernetes mount them; one trailing line break is removed. Blocks
   * for the read.
   *
   * @param file a readable UTF-8 file
   * @return the secret
   * @throws ConfigException when the file cannot be read or is empty
   * @since 0.1
   */
  public static Secret fromFile(Path file) {
    try {
      String value = Files.readString(file).replaceFirst("\\R\\z", "");
      if (value.isEmpty()) {
        throw new ConfigException(
            "secret file " + file + " was empty but must hold a secret; write it");
      }
      return new Secret(value);
    } catch (IOException e) {
      throw new ConfigException(
          "secret file "
              + file
              + " was not readable ("
              + e.getClass().getSimpleName()
              + ") but must hold a secret; check its path and mode",
          e);
    }
  }

  /**
   * Hands out the value, for the driver that needs it. Do not log or keep it.
   *
   * @return the value
   * @since 0.1
   */
  public String reveal() {
    return value;
  }

  @Override
  public String toString() {
    return "[REDACTED]";
  }
}
