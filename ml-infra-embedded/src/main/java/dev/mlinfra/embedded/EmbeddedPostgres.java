package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL 17 without extensions, started from a Maven artifact, for development and
 * tests. Runs as root or not, listens on a free port of 127.0.0.1 only, and wants a password that
 * is generated on the first start (SCRAM). Without a directory its data is temporary, is not synced
 * to the disk and goes with {@link #close()}; with one the data stays and a later start finds it,
 * also after a kill. Thread-safe.
 *
 * @since 0.1
 */
public final class EmbeddedPostgres implements EmbeddedServer {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "listen_addresses", Ports.HOST,
          "unix_socket_directories", "",
          // shared memory in files: the default of a container, 64 MB, is too little
          "dynamic_shared_memory_type", "mmap",
          "shared_buffers", "64MB",
          "max_connections", "100",
          "timezone", "UTC",
          "log_timezone", "UTC");
  private static final Map<String, String> NOT_KEPT =
      Map.of("fsync", "off", "full_page_writes", "off");

  private final Path directory;
  private final Path passwordFile;
  private final Secret password;
  private final int port;
  private final Lifecycle lifecycle;

  private EmbeddedPostgres(
      Path directory, Path passwordFile, Secret password, int port, Lifecycle lifecycle) {
    this.directory = directory;
    this.passwordFile = passwordFile;
    this.password = password;
    this.port = port;
    this.lifecycle = lifecycle;
  }

  /**
   * Starts a server with temporary data. Blocks until it takes connections, some seconds the first
   * time.
   *
   * @return the server; the caller closes it
   * @throws ConfigException when there are no binaries for this platform or root cannot become
   *     another user
   * @throws UnavailableException when it does not come up
   * @since 0.1
   */
  public static EmbeddedPostgres start() {
    return builder().start();
  }

  /**
   * Starts a server whose data stays. Blocks until it takes connections.
   *
   * @param directory made when it is not there
   * @return the server; the caller closes it
   * @throws ConfigException as {@link #start()}, or when the directory cannot be used
   * @throws UnavailableException when it does not come up
   * @since 0.1
   */
  public static EmbeddedPostgres start(Path directory) {
    return builder().directory(directory).start();
  }

  /**
   * Starts to describe a server.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns how to reach its database {@code postgres}; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/postgres}
   * @since 0.1
   */
  public String jdbcUrl() {
    return "jdbc:postgresql://" + Ports.HOST + ":" + port + "/postgres";
  }

  /**
   * Returns the role to connect as, a superuser.
   *
   * @return the name
   * @since 0.1
   */
  public String user() {
    return PostgresCluster.USER;
  }

  /**
   * Returns the generated password of {@link #user()}.
   *
   * @return the password
   * @since 0.1
   */
  public Secret password() {
    return password;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public long pid() {
    return lifecycle.pid();
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
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
  public void close() {
    lifecycle.close();
  }

  @Override
  public String toString() {
    return "EmbeddedPostgres[" + jdbcUrl() + " in " + directory + "]";
  }

  /**
   * Describes a server. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final Map<String, String> settings = new TreeMap<>();
    private @Nullable Path directory;
    private @Nullable Unprivileged runAs;

    private Builder() {}

    /**
     * Keeps data, log and password in a directory; without one they are temporary.
     *
     * @param directory made when it is not there; of one server at a time
     * @return this
     * @since 0.1
     */
    public Builder directory(Path directory) {
      this.directory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Sets a server parameter, in place of what this class sets.
     *
     * @param name as {@code max_connections}
     * @param value as in {@code postgresql.conf}, without quotes
     * @return this
     * @since 0.1
     */
    public Builder setting(String name, String value) {
      settings.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    Builder runAs(Unprivileged way) {
      this.runAs = way;
      return this;
    }

    /**
     * Starts the server. Blocks until it takes connections.
     *
     * @return the server; the caller closes it
     * @throws ConfigException when there are no binaries for this platform, the directory cannot be
     *     used, or root cannot become another user
     * @throws UnavailableException when it does not come up
     * @since 0.1
     */
    public EmbeddedPostgres start() {
      Path home =
          directory == null ? Directories.temporary("postgres") : Directories.kept(directory);
      boolean started = false;
      try {
        EmbeddedPostgres server = start(home);
        started = true;
        return server;
      } catch (IOException e) {
        throw new ConfigException(
            "embedded postgres could not use " + home + " (" + e + "); choose another directory",
            e);
      } finally {
        if (!started && directory == null) {
          Directories.deleteOrWarn(home);
        }
      }
    }

    private EmbeddedPostgres start(Path home) throws IOException {
      Path passwordFile = home.resolve("postgres.password");
      Secret password = Passwords.in(passwordFile);
      PostgresCluster cluster =
          new PostgresCluster(
              home,
              passwordFile,
              runAs == null
                  ? Unprivileged.find(home)
                  : Unprivileged.firstThatWorks(home, List.of(runAs)),
              allSettings());
      cluster.init();
      for (int i = 1; ; i++) {
        int port = Ports.free();
        try {
          Lifecycle lifecycle =
              Lifecycle.begin(
                  "postgres",
                  () -> cluster.start(port),
                  directory == null ? "QUIT" : "INT",
                  directory == null ? home : null);
          return new EmbeddedPostgres(home, passwordFile, password, port, lifecycle);
        } catch (UnavailableException e) {
          if (i == Ports.TRIES || !cluster.portWasTaken()) {
            throw e;
          }
        }
      }
    }

    private Map<String, String> allSettings() {
      Map<String, String> all = new TreeMap<>(ALWAYS);
      if (directory == null) {
        all.putAll(NOT_KEPT);
      }
      all.putAll(settings);
      return all;
    }
  }
}
