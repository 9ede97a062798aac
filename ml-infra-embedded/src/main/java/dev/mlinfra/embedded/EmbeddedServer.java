package dev.mlinfra.embedded;

import java.nio.file.Path;

/**
 * A real server that this process started, with the controls that fault tests need. Listens on
 * loopback only. Thread-safe: every control waits for the one before. Whoever started it closes it;
 * a server that was not closed ends with the JVM, also when the JVM is killed.
 *
 * @since 0.1
 */
public sealed interface EmbeddedServer extends AutoCloseable
    permits EmbeddedPostgres, EmbeddedRedis {
  /**
   * Returns where it listens, on 127.0.0.1; the same after a restart.
   *
   * @return the port
   * @since 0.1
   */
  int port();

  /**
   * Returns the process, the postmaster for PostgreSQL; another one after a restart.
   *
   * @return the process id
   * @throws dev.mlinfra.error.ClosedException after close
   * @since 0.1
   */
  long pid();

  /**
   * Returns where its data, its log and the file with its password are.
   *
   * @return the directory, readable by its owner only
   * @since 0.1
   */
  Path directory();

  /**
   * Returns the file that holds the generated password, one line, readable by its owner only.
   *
   * @return the file
   * @since 0.1
   */
  Path passwordFile();

  /**
   * Stops the server and all its children in their tracks, as SIGSTOP does: connections stay open
   * and nothing answers. Blocks for some milliseconds.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws dev.mlinfra.error.UnavailableException when it does not run
   * @since 0.1
   */
  void stop();

  /**
   * Lets a stopped server continue, as SIGCONT does.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws dev.mlinfra.error.UnavailableException when it does not run
   * @since 0.1
   */
  void cont();

  /**
   * Kills the server with SIGKILL and waits until it and its children are gone; killing a dead
   * server changes nothing. Blocks up to some seconds.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @since 0.1
   */
  void kill();

  /**
   * Starts the server again on the same port, directory and password, after a clean stop when it
   * still runs. Blocks until it answers.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws dev.mlinfra.error.UnavailableException when it does not come up
   * @since 0.1
   */
  void restart();

  /**
   * Ends what {@link #stop()} and {@link #kill()} did: lets a stopped server continue and starts a
   * dead one again; changes nothing when it is well. Blocks until it answers.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws dev.mlinfra.error.UnavailableException when it does not come up
   * @since 0.1
   */
  void heal();

  /**
   * Stops the server for good, stopped or not, and deletes its directory when that was temporary.
   * Closing twice changes nothing. Blocks up to some seconds.
   *
   * @since 0.1
   */
  @Override
  void close();
}
