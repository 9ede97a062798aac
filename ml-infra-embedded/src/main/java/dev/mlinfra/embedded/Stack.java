package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import java.nio.file.Path;

/**
 * Everything that a host needs, for development and tests, wherever its servers run. What is
 * written against it runs on both kinds: {@link Servers#CHOSEN} starts the one that the system
 * property {@code mlinfra.test.servers} names. Thread-safe. Whoever started it closes it; one that
 * was not closed ends with the JVM.
 *
 * @since 0.1
 */
public sealed interface Stack extends AutoCloseable permits EmbeddedStack, ContainerStack {
  /**
   * Starts a configuration that uses this stack, to which a host adds its views and options.
   *
   * @param service the host's name
   * @return a builder with what the stack has installed
   * @since 0.1
   */
  MlInfraConfig.Builder config(String service);

  /**
   * Returns a configuration that uses this stack, for a service called {@code embedded}.
   *
   * @return the configuration
   * @since 0.1
   */
  default MlInfraConfig config() {
    return config("embedded").build();
  }

  /**
   * Sets up an empty database, an empty Redis database and an empty place for artifacts of their
   * own on the servers of this stack, so that tests do not see each other's data. Blocks, well
   * below a second.
   *
   * @return the sandbox; the caller closes it, or it ends with the stack
   * @throws dev.mlinfra.error.UnavailableException when a server does not answer
   * @throws dev.mlinfra.error.ConflictException when 999 are open
   * @since 0.1
   */
  Sandbox sandbox();

  /**
   * Returns PostgreSQL with its controls.
   *
   * @return the server
   * @throws dev.mlinfra.error.ConfigException when the stack was started without it
   * @since 0.1
   */
  PostgresServer postgres();

  /**
   * Returns Redis with its controls.
   *
   * @return the server
   * @throws dev.mlinfra.error.ConfigException when the stack was started without it
   * @since 0.1
   */
  RedisServer redis();

  /**
   * Returns how to reach PostgreSQL; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/postgres}
   * @throws dev.mlinfra.error.ConfigException when the stack was started without it
   * @since 0.1
   */
  default String jdbcUrl() {
    return postgres().jdbcUrl();
  }

  /**
   * Returns where artifacts are kept when the stack has no object storage.
   *
   * @return a directory, made on first use
   * @since 0.1
   */
  Path artifacts();

  /**
   * Returns where the files with the passwords are, and whatever else is kept outside of
   * containers.
   *
   * @return the directory
   * @since 0.1
   */
  Path directory();

  /**
   * Says how to look at the data by hand: lines to paste into a shell, which read the passwords
   * from their files.
   *
   * @return some lines, without any password
   * @since 0.1
   */
  String describe();

  /**
   * Lets stopped servers continue and starts dead ones again; changes nothing when all is well.
   * Blocks until they answer.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws dev.mlinfra.error.UnavailableException when a server does not come up
   * @since 0.1
   */
  void heal();

  /**
   * Stops the servers and deletes what is temporary. Closing twice changes nothing. Blocks up to
   * some seconds.
   *
   * @since 0.1
   */
  @Override
  void close();
}
