package dev.mlinfra.embedded;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ModuleMissingException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a host needs, for tests, in Docker: PostgreSQL with TimescaleDB and pgvector,
 * Redis, MinIO and MLflow, all of them or those that are named. Needs {@code
 * org.testcontainers:testcontainers} on the class path and the project's images ({@code
 * scripts/images}) or others that read the same files under {@code /run/secrets}. Servers listen on
 * free ports of 127.0.0.1 and keep them; passwords are generated. Containers and network end with
 * {@link #close()} or with the JVM; what a killed JVM left is removed by the next start.
 * Thread-safe.
 *
 * <pre>{@code
 * try (ContainerStack stack = ContainerStack.start();
 *     MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
 *   ml.ensureSchema().ensureStreams().ensureBucket();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class ContainerStack implements Stack {
  private final ContainerParts servers;
  private final Sandboxes sandboxes;

  private ContainerStack(ContainerParts servers) {
    this.servers = servers;
    this.sandboxes = new Sandboxes(servers.parts(), servers::running);
  }

  /**
   * Starts all parts. Blocks until the servers answer, 10 to 60 seconds.
   *
   * @return the stack; the caller closes it
   * @throws ModuleMissingException when Testcontainers is not on the class path
   * @throws ConfigException when an image is not there
   * @throws dev.mlinfra.error.UnavailableException when Docker or a server does not come up
   * @since 0.1
   */
  public static ContainerStack start() {
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
    return servers.parts().config(service);
  }

  @Override
  public Sandbox sandbox() {
    return sandboxes.open();
  }

  @Override
  public PostgresServer postgres() {
    return asked(servers.parts().postgres(), "postgres", "postgres()");
  }

  @Override
  public RedisServer redis() {
    return asked(servers.parts().redis(), "redis", "redis()");
  }

  /**
   * Returns the S3 server with its controls.
   *
   * @return the server
   * @throws ConfigException when the stack was started without it
   * @since 0.1
   */
  public ObjectStorageServer objectStorage() {
    return asked(servers.parts().objects(), "objectstorage", "objectStorage()");
  }

  /**
   * Returns MLflow with its controls.
   *
   * @return the server
   * @throws ConfigException when the stack was started without it
   * @since 0.1
   */
  public ServerControl mlflow() {
    return asked(servers.parts().mlflow(), "mlflow", "mlflow()");
  }

  @Override
  public Path artifacts() {
    return servers.parts().artifacts();
  }

  @Override
  public Path directory() {
    return servers.parts().directory();
  }

  @Override
  public String describe() {
    return servers.describe();
  }

  @Override
  public void heal() {
    servers.heal();
  }

  @Override
  public void close() {
    servers.close();
  }

  @Override
  public String toString() {
    return "ContainerStack" + servers;
  }

  private static <T> T asked(@Nullable T server, String part, String call) {
    if (server == null) {
      throw new ConfigException(
          "container stack had no %s but this asks for it; add %s to its builder"
              .formatted(part, call));
    }
    return server;
  }

  /**
   * Describes a stack; a builder on which no part is named stands for all of them. Not thread-safe.
   *
   * <p>The system properties {@code mlinfra.test.image.postgres}, {@code .redis}, {@code
   * .objectstorage} and {@code .mlflow} name other images than the project's own, and {@link
   * #image} names one for this stack only.
   *
   * @since 0.1
   */
  public static final class Builder {
    private static final String TESTCONTAINERS = "org.testcontainers.DockerClientFactory";

    private final Set<String> parts = new TreeSet<>();
    private final ContainerImages images = new ContainerImages();

    private Builder() {}

    /**
     * Starts PostgreSQL.
     *
     * @return this
     * @since 0.1
     */
    public Builder postgres() {
      return part("postgres");
    }

    /**
     * Starts Redis.
     *
     * @return this
     * @since 0.1
     */
    public Builder redis() {
      return part("redis");
    }

    /**
     * Starts MinIO; without it artifacts are kept in a directory.
     *
     * @return this
     * @since 0.1
     */
    public Builder objectStorage() {
      return part("objectstorage");
    }

    /**
     * Starts MLflow, and PostgreSQL and MinIO, in which it keeps its data.
     *
     * @return this
     * @since 0.1
     */
    public Builder mlflow() {
      return part("mlflow").postgres().objectStorage();
    }

    /**
     * Runs a part in another image; does not ask for the part.
     *
     * @param part {@code postgres}, {@code redis}, {@code objectstorage} or {@code mlflow}
     * @param image its name and tag
     * @return this
     * @throws ConfigException when there is no such part
     * @since 0.1
     */
    public Builder image(String part, String image) {
      if (!ContainerImages.PARTS.contains(part)) {
        throw new ConfigException(
            "part was '%s' but must be one of %s; correct it"
                .formatted(part, String.join(", ", ContainerImages.PARTS)));
      }
      images.name(part, Objects.requireNonNull(image, "image"));
      return this;
    }

    /**
     * Starts the parts. Blocks until the servers answer, 3 to 60 seconds.
     *
     * @return the stack; the caller closes it
     * @throws ModuleMissingException when Testcontainers is not on the class path
     * @throws ConfigException when an image is not there
     * @throws dev.mlinfra.error.UnavailableException when Docker or a server does not come up
     * @since 0.1
     */
    public ContainerStack start() {
      requireTestcontainers();
      return new ContainerStack(
          ContainerParts.start(parts.isEmpty() ? ContainerImages.PARTS : parts, images));
    }

    private Builder part(String name) {
      parts.add(name);
      return this;
    }

    private static void requireTestcontainers() {
      try {
        Class.forName(TESTCONTAINERS, false, Builder.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new ModuleMissingException(
            "ContainerStack found no Testcontainers on the class path but runs on it; add"
                + " org.testcontainers:testcontainers:2.0.5 in the scope test",
            e);
      }
    }
  }
}
