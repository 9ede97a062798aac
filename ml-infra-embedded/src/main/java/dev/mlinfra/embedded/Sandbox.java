package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import java.nio.file.Path;

/**
 * A part of an {@link EmbeddedStack} that nothing else uses: a database, a Redis database and an
 * artifact directory, empty at first. Thread-safe. Whoever opened it closes it.
 *
 * @since 0.1
 */
public final class Sandbox implements AutoCloseable {
  private final Sandboxes owner;
  private final int number;

  Sandbox(Sandboxes owner, int number) {
    this.owner = owner;
    this.number = number;
  }

  /**
   * Starts a configuration that uses this sandbox, to which a host adds its views and options.
   *
   * @param service the host's name
   * @return a builder with PostgreSQL, Redis and the artifact directory installed
   * @since 0.1
   */
  public MlInfraConfig.Builder config(String service) {
    return owner.stack().config(service, jdbcUrl(), redisUrl(), artifacts());
  }

  /**
   * Returns how to reach its database; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/sandbox_1}
   * @since 0.1
   */
  public String jdbcUrl() {
    return owner.stack().postgres().jdbcUrl(Sandboxes.database(number));
  }

  /**
   * Returns how to reach its Redis database; without the password.
   *
   * @return as {@code redis://127.0.0.1:41235/1}
   * @since 0.1
   */
  public String redisUrl() {
    return owner.stack().redis().url() + "/" + number;
  }

  /**
   * Returns where its artifacts are kept.
   *
   * @return a directory, made on first use
   * @since 0.1
   */
  public Path artifacts() {
    return owner.artifacts(number);
  }

  /**
   * Deletes all that is in it. Closing twice changes nothing, and neither does closing it after its
   * stack. Blocks, well below a second.
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
