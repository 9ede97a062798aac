package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/**
 * A real server that this process started, with the controls that fault tests need. Listens on
 * loopback only. Thread-safe: every control waits for the one before. Whoever started it closes it;
 * a server that was not closed ends with the JVM, also when the JVM is killed.
 *
 * @since 0.1
 */
public abstract sealed class EmbeddedServer implements ServerControl, AutoCloseable
    permits EmbeddedPostgres, EmbeddedRedis {
  private final Path directory;
  private final Path passwordFile;
  private final Secret password;
  private final Lifecycle lifecycle;

  EmbeddedServer(Path directory, Path passwordFile, Secret password, Lifecycle lifecycle) {
    this.directory = directory;
    this.passwordFile = passwordFile;
    this.password = password;
    this.lifecycle = lifecycle;
  }

  /**
   * Returns the process, the postmaster for PostgreSQL; another one after a restart.
   *
   * @return the process id
   * @throws dev.mlinfra.error.ClosedException after close
   * @since 0.1
   */
  public long pid() {
    return lifecycle.pid();
  }

  /**
   * Returns where its data, its log and the file with its password are.
   *
   * @return the directory, readable by its owner only
   * @since 0.1
   */
  public Path directory() {
    return directory;
  }

  @Override
  public int port() {
    return lifecycle.port();
  }

  /**
   * Returns the generated password.
   *
   * @return the password
   * @since 0.1
   */
  public Secret password() {
    return password;
  }

  /**
   * Returns the file that holds the generated password, one line, readable by its owner only.
   *
   * @return the file
   * @since 0.1
   */
  public Path passwordFile() {
    return passwordFile;
  }

  @Override
  public void stop() {
    lifecycle.stop();
  }

  @Override
  public void cont() {
    lifecycle.cont();
  }

  @Override
  public void kill() {
    lifecycle.kill();
  }

  @Override
  public void restart() {
    lifecycle.restart();
  }

  @Override
  public void heal() {
    lifecycle.heal();
  }

  /**
   * Stops the server for good, stopped or not, and deletes its directory when that was temporary.
   * Closing twice changes nothing. Blocks up to some seconds.
   *
   * @since 0.1
   */
  @Override
  public void close() {
    lifecycle.close();
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + url() + " in " + directory + "]";
  }
}
