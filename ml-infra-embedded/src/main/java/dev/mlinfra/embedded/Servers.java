package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import java.util.Locale;

/**
 * Where the servers of a test run.
 *
 * @since 0.1
 */
public enum Servers {
  /**
   * Where the system property {@code mlinfra.test.servers} says: {@code embedded} or {@code
   * containers}; embedded when it is not set.
   *
   * @since 0.1
   */
  CHOSEN,

  /**
   * In processes of this machine, from Maven artifacts: {@link EmbeddedStack}.
   *
   * @since 0.1
   */
  EMBEDDED,

  /**
   * In Docker: {@link ContainerStack}.
   *
   * @since 0.1
   */
  CONTAINERS;

  private static final String PROPERTY = "mlinfra.test.servers";

  /**
   * Starts PostgreSQL and Redis, with a directory for artifacts: what every stack can have. Blocks
   * until the servers answer, some seconds.
   *
   * @return the stack; the caller closes it
   * @throws ConfigException when the system property has another value, or as {@link
   *     EmbeddedStack#start()} and {@link ContainerStack.Builder#start()}
   * @throws dev.mlinfra.error.UnavailableException when a server does not come up
   * @since 0.1
   */
  public Stack start() {
    return resolve() == CONTAINERS
        ? ContainerStack.builder().postgres().redis().start()
        : EmbeddedStack.start();
  }

  /**
   * Returns which of the two this is.
   *
   * @return {@link #EMBEDDED} or {@link #CONTAINERS}
   * @throws ConfigException when the system property has another value
   * @since 0.1
   */
  public Servers resolve() {
    if (this != CHOSEN) {
      return this;
    }
    String value = System.getProperty(PROPERTY, "embedded").strip().toLowerCase(Locale.ROOT);
    return switch (value) {
      case "embedded" -> EMBEDDED;
      case "containers" -> CONTAINERS;
      default ->
          throw new ConfigException(
              "system property %s was '%s' but must be embedded or containers; correct it"
                  .formatted(PROPERTY, value));
    };
  }
}
