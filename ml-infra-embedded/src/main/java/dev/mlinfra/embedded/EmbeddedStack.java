package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import dev.mlinfra.storage.ArtifactDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a host needs, for development and tests: a real PostgreSQL, a real Redis and a
 * directory for artifacts, without Docker and without anything installed. Thread-safe. Whoever
 * started it closes it; one that was not closed ends with the JVM.
 *
 * <pre>{@code
 * try (EmbeddedStack stack = EmbeddedStack.start();
 *     MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
 *   ml.ensureSchema().ensureStreams().ensureBucket();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class EmbeddedStack implements AutoCloseable {
  private final Path directory;
  private final EmbeddedPostgres postgres;
  private final EmbeddedRedis redis;
  private final Sandboxes sandboxes;
  private volatile boolean closed;

  private EmbeddedStack(Path directory, EmbeddedPostgres postgres, EmbeddedRedis redis) {
    this.directory = directory;
    this.postgres = postgres;
    this.redis = redis;
    this.sandboxes = new Sandboxes(this);
  }

  /**
   * Starts everything with temporary data. Blocks until the servers answer, some seconds.
   *
   * @return the stack; the caller closes it
   * @throws ConfigException when this platform has no binaries or root cannot become another user
   * @throws UnavailableException when a server does not come up
   * @since 0.1
   */
  public static EmbeddedStack start() {
    return builder().start();
  }

  /**
   * Starts to describe a stack.
   *
   * @return a builder; not thread-safe
   * @since 0.1
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts a configuration that uses this stack, to which a host adds its views and options.
   *
   * @param service the host's name
   * @return a builder with PostgreSQL, Redis and the artifact directory installed
   * @since 0.1
   */
  public MlInfraConfig.Builder config(String service) {
    return config(service, postgres.jdbcUrl(), redis.url(), artifacts());
  }

  /**
   * Returns a configuration that uses this stack, for a service called {@code embedded}.
   *
   * @return the configuration
   * @since 0.1
   */
  public MlInfraConfig config() {
    return config("embedded").build();
  }

  /**
   * Sets up an empty database, an empty Redis database and an empty artifact directory of their own
   * on the servers of this stack, so that tests do not see each other's data. Blocks, well below a
   * second.
   *
   * @return the sandbox; the caller closes it, or it ends with the stack
   * @throws UnavailableException when a server does not answer
   * @throws ConflictException when 999 are open
   * @since 0.1
   */
  public Sandbox sandbox() {
    return sandboxes.open();
  }

  /**
   * Returns PostgreSQL with its controls.
   *
   * @return the server
   * @since 0.1
   */
  public EmbeddedPostgres postgres() {
    return postgres;
  }

  /**
   * Returns Redis with its controls.
   *
   * @return the server
   * @since 0.1
   */
  public EmbeddedRedis redis() {
    return redis;
  }

  /**
   * Returns how to reach PostgreSQL; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/postgres}
   * @since 0.1
   */
  public String jdbcUrl() {
    return postgres.jdbcUrl();
  }

  /**
   * Returns where artifacts are kept.
   *
   * @return a directory, made on first use
   * @since 0.1
   */
  public Path artifacts() {
    return directory.resolve("artifacts");
  }

  /**
   * Returns where everything is kept.
   *
   * @return the directory
   * @since 0.1
   */
  public Path directory() {
    return directory;
  }

  /**
   * Says how to look at the data by hand: command lines for {@code psql} and {@code redis-cli} to
   * paste into a shell, which read the passwords from their files, and the place of the artifacts.
   *
   * @return some lines, without any password
   * @since 0.1
   */
  public String describe() {
    return """
        PostgreSQL  PGPASSWORD="$(cat '%s')" psql -h %s -p %d -U %s postgres
        Redis       REDISCLI_AUTH="$(cat '%s')" redis-cli -h %s -p %d
        Artifacts   %s
        """
        .formatted(
            postgres.passwordFile(),
            Ports.HOST,
            postgres.port(),
            postgres.user(),
            redis.passwordFile(),
            Ports.HOST,
            redis.port(),
            artifacts());
  }

  /**
   * Lets stopped servers continue and starts dead ones again; changes nothing when all is well.
   * Blocks until they answer.
   *
   * @throws dev.mlinfra.error.ClosedException after close
   * @throws UnavailableException when a server does not come up
   * @since 0.1
   */
  public void heal() {
    postgres.heal();
    redis.heal();
  }

  /**
   * Stops the servers and deletes what is temporary. Closing twice changes nothing. Blocks up to
   * some seconds.
   *
   * @since 0.1
   */
  @Override
  public void close() {
    closed = true;
    redis.close();
    postgres.close(); // the last one, since a temporary directory goes with it
  }

  @Override
  public String toString() {
    return "EmbeddedStack[" + postgres.jdbcUrl() + ", " + redis.url() + " in " + directory + "]";
  }

  boolean running() {
    return !closed;
  }

  MlInfraConfig.Builder config(String service, String jdbcUrl, String redisUrl, Path artifacts) {
    return MlInfraConfig.forService(service)
        .install(Postgres.at(jdbcUrl).user(postgres.user()).password(postgres.password()))
        .install(Redis.at(redisUrl).password(redis.password()))
        .install(ArtifactDirectory.at(artifacts));
  }

  /**
   * Describes a stack. Not thread-safe.
   *
   * @since 0.1
   */
  public static final class Builder {
    private @Nullable Path directory;

    private Builder() {}

    /**
     * Keeps everything in a directory, where a later start finds it; without one it is temporary.
     *
     * @param directory made when it is not there; of one stack at a time
     * @return this
     * @since 0.1
     */
    public Builder directory(Path directory) {
      this.directory = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /**
     * Starts everything. Blocks until the servers answer, some seconds.
     *
     * @return the stack; the caller closes it
     * @throws ConfigException when this platform has no binaries, the directory cannot be used or
     *     root cannot become another user
     * @throws ConflictException when the directory is in use
     * @throws UnavailableException when a server does not come up
     * @since 0.1
     */
    public EmbeddedStack start() {
      boolean ours = directory == null || Files.notExists(directory);
      Home home = Home.of("stack", directory);
      if (ours) {
        Directories.letPass(home.path()); // PostgreSQL may run as another user
      }
      // one that is temporary goes with PostgreSQL, the last to end
      Home postgresHome = part(home, "postgres", home.deletedAtEnd());
      EmbeddedPostgres postgres = EmbeddedPostgres.builder().start(postgresHome);
      boolean started = false;
      try {
        Path redisPath = home.path().resolve("redis");
        Home redisHome = part(home, "redis", home.kept() ? null : redisPath);
        EmbeddedRedis redis = EmbeddedRedis.builder().start(redisHome);
        started = true;
        return new EmbeddedStack(home.path(), postgres, redis);
      } finally {
        if (!started) {
          postgres.close();
        }
      }
    }

    private static Home part(Home home, String name, @Nullable Path deletedAtEnd) {
      return new Home(Directories.kept(home.path().resolve(name)), deletedAtEnd);
    }
  }
}
