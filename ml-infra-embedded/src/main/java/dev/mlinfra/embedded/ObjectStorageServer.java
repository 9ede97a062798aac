package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/**
 * The S3 server of a {@link ContainerStack}. Thread-safe.
 *
 * @since 0.1
 */
public interface ObjectStorageServer extends ServerControl {
  /**
   * Returns the generated access key id, that of the server's root user.
   *
   * @return the id
   * @since 0.1
   */
  Secret accessKeyId();

  /**
   * Returns the generated secret access key.
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
