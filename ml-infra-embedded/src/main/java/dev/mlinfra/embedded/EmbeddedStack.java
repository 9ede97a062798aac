package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.UnavailableException;
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
public final class EmbeddedStack implements Stack {
  private final Path directory;
  private final EmbeddedPostgres postgres;
  private final EmbeddedRedis redis;
  private final Parts parts;
  private final Sandboxes sandboxes;
  private volatile boolean closed;

  private EmbeddedStack(Path directory, EmbeddedPostgres postgres, EmbeddedRedis redis) {
    this.directory = directory;
    this.postgres = postgres;
    this.redis = redis;
    this.parts = new Parts(directory, postgres, redis, null, null);
    this.sandboxes = new Sandboxes(parts, () -> !closed);
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

  @Override
  public MlInfraConfig.Builder config(String service) {
    return parts.config(service);
  }

  @Override
  public Sandbox sandbox() {
    return sandboxes.open();
  }

  @Override
  public EmbeddedPostgres postgres() {
    return postgres;
  }

  @Override
  public EmbeddedRedis redis() {
    return redis;
  }

  @Override
  public Path artifacts() {
    return parts.artifacts();
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
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

  @Override
  public void heal() {
    postgres.heal();
    redis.heal();
  }

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
