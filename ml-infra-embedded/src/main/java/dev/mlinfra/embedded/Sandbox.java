package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import java.nio.file.Path;

/**
 * A part of a {@link Stack} that nothing else uses: a database, a Redis database and a directory or
 * bucket for artifacts, empty at first; MLflow, where there is one, is shared by all. Thread-safe.
 * Whoever opened it closes it.
 *
 * @since 0.1
 */
public final class Sandbox implements AutoCloseable {
  private final Sandboxes owner;
  private final int number;
  private final String bucket;

  Sandbox(Sandboxes owner, int number, String bucket) {
    this.owner = owner;
    this.number = number;
    this.bucket = bucket;
  }

  /**
   * Starts a configuration that uses this sandbox, to which a host adds its views and options.
   *
   * @param service the host's name
   * @return a builder with what the stack has installed
   * @since 0.1
   */
  public MlInfraConfig.Builder config(String service) {
    return owner.parts().config(service, owner.place(number, bucket));
  }

  /**
   * Returns how to reach its database; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/sandbox_1}; empty without PostgreSQL
   * @since 0.1
   */
  public String jdbcUrl() {
    return owner.place(number, bucket).jdbcUrl();
  }

  /**
   * Returns how to reach its Redis database; without the password.
   *
   * @return as {@code redis://127.0.0.1:41235/1}; empty without Redis
   * @since 0.1
   */
  public String redisUrl() {
    return owner.place(number, bucket).redisUrl();
  }

  /**
   * Returns where its artifacts are kept when the stack has no object storage.
   *
   * @return a directory, made on first use
   * @since 0.1
   */
  public Path artifacts() {
    return owner.place(number, bucket).artifacts();
  }

  /**
   * Returns where its artifacts are kept when the stack has object storage.
   *
   * @return the name of a bucket that {@code ensureBucket()} makes
   * @since 0.1
   */
  public String bucket() {
    return bucket;
  }

  /**
   * Deletes all that is in it; a bucket goes with the stack. Closing twice changes nothing, and
   * neither does closing it after its stack. Blocks, well below a second.
   *
   * @throws dev.mlinfra.error.UnavailableException when a server does not answer
   * @since 0.1
   */
  @Override
  public void close() {
    owner.close(this, number);
  }

  @Override
  public String toString() {
    return "Sandbox[" + jdbcUrl() + ", " + redisUrl() + "]";
  }
}
