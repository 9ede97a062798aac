package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/**
 * The Redis of a {@link Stack}. Thread-safe.
 *
 * @since 0.1
 */
public interface RedisServer extends ServerControl {
  /**
   * Returns the generated password of the default user.
   *
   * @return the password
   * @since 0.1
   */
  Secret password();

  /**
   * Returns the file that holds the generated password, one line, readable by its owner only.
   *
   * @return the file
   * @since 0.1
   */
  Path passwordFile();
}
