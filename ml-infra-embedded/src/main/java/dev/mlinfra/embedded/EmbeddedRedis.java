package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A real Redis 6.2, started from a Maven artifact, for development and tests. Listens on a free
 * port of 127.0.0.1 only and wants a password that is generated on the first start. It may use 2 GB
 * and evicts only keys with a time-to-live, as {@code ensureStreams()} asks for. Without a
 * directory nothing outlives a restart; with one every write is appended to a file there and a
 * later start finds it, also after a kill. Thread-safe.
 *
 * @since 0.1
 */
public final class EmbeddedRedis extends EmbeddedServer implements RedisServer {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "bind", Ports.HOST,
          "daemonize", "no",
          "databases", "1000",
          "dir", "./",
          "maxmemory", "2gb",
          "maxmemory-policy", "volatile-lru",
          "save", "\"\"",
          // kernels warn where none of this matters for development
          "ignore-warnings", "ARM64-COW-BUG");

  private EmbeddedRedis(Path directory, Path passwordFile, Secret password, Lifecycle lifecycle) {
    super(directory, passwordFile, password, lifecycle);
  }

  /**
   * Starts a server that keeps nothing. Blocks until it answers, well below a second.
   *
   * @return the server; the caller closes it
   * @throws ConfigException when there is no binary that runs on this platform
   * @throws UnavailableException when it does not come up
   * @since 0.1
   */
  public static EmbeddedRedis start() {
    return builder().start();
  }

  /**
   * Starts a server whose data stays. Blocks until it answers.
   *
   * @param directory made when it is not there
   * @return the server; the caller closes it
   * @throws ConfigException as {@link #start()}, or when the directory cannot be used
   * @throws dev.mlinfra.error.ConflictException when the directory is in use
   * @throws UnavailableException when it does not come up
   * @since 0.1
   */
  public static EmbeddedRedis start(Path directory) {
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
  public String url() {
    return "redis://" + Ports.HOST + ":" + port();
  }

  /**
   * Describes a server. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private final Map<String, String> settings = new TreeMap<>();
    private @Nullable Path directory;

    private Builder() {}

    /**
     * Keeps data, log and password in a directory; without one they are temporary and the data is
     * in memory only.
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
     * Sets a line of the configuration, in place of what this class sets.
     *
     * @param name as {@code maxmemory-policy}
     * @param value as in {@code redis.conf}
     * @return this
     * @since 0.1
     */
    public Builder setting(String name, String value) {
      settings.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Starts the server. Blocks until it answers.
     *
     * @return the server; the caller closes it
     * @throws ConfigException when there is no binary that runs on this platform or the directory
     *     cannot be used
     * @throws dev.mlinfra.error.ConflictException when the directory is in use
     * @throws UnavailableException when it does not come up
     * @since 0.1
     */
    public EmbeddedRedis start() {
      return start(Home.of("redis", directory));
    }

    EmbeddedRedis start(Home home) {
      boolean started = false;
      try {
        EmbeddedRedis server = launch(home);
        started = true;
        return server;
      } catch (IOException e) {
        throw new ConfigException(
            "embedded redis could not use %s (%s); choose another directory"
                .formatted(home.path(), e),
            e);
      } finally {
        if (!started) {
          home.end();
        }
      }
    }

    private EmbeddedRedis launch(Home home) throws IOException {
      DirectoryLock lock = DirectoryLock.take(home.path());
      boolean started = false;
      try {
        Path passwordFile = home.path().resolve("redis.password");
        Secret password = Passwords.in(passwordFile);
        RedisProcess redis =
            new RedisProcess(RedisBinary.find(), home.path(), password, allSettings(home));
        Lifecycle lifecycle = Lifecycle.begin(redis, home, lock);
        started = true;
        return new EmbeddedRedis(home.path(), passwordFile, password, lifecycle);
      } finally {
        if (!started) {
          lock.close();
        }
      }
    }

    private Map<String, String> allSettings(Home home) {
      Map<String, String> all = new TreeMap<>(ALWAYS);
      all.put("appendonly", home.kept() ? "yes" : "no");
      all.putAll(settings);
      return all;
    }
  }
}
