package dev.mlinfra.embedded;

/**
 * A real server of a {@link Stack}, with the controls that fault tests need. Listens on loopback
 * only. Thread-safe: every control waits for the one before. It ends with its stack.
 *
 * @since 0.1
 */
public interface ServerControl {
  /**
   * Returns where it listens, on 127.0.0.1; the same after a restart.
   *
   * @return the port
   * @since 0.1
   */
  int port();

  /**
   * Returns how to reach it; without the password.
   *
   * @return as a client of ml-infra takes it
   * @since 0.1
   */
  String url();

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
   * Starts the server again on the same port, with its data and password, after a clean stop when
   * it still runs. Blocks until it answers.
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
}
