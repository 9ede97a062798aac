package dev.mlinfra.embedded;

import dev.mlinfra.error.ClosedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The containers of one stack, from their start to their end. */
final class ContainerParts {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerParts.class);

  private final Object lock = new Object();
  private final Engine engine;
  private final ContainerLauncher launcher;
  private final ContainerSecrets secrets;
  private final Path directory;
  private final Thread hook = new Thread(this::end, "ml-infra-containers-shutdown");
  private final List<ContainerServer> servers = new ArrayList<>();
  private @Nullable ContainerPostgres postgres;
  private @Nullable ContainerRedis redis;
  private @Nullable ContainerObjectStorage objects;
  private @Nullable ContainerServer mlflow;
  private boolean closed;

  private ContainerParts(Engine engine, Path directory) {
    this.engine = engine;
    this.launcher = new ContainerLauncher(engine);
    this.directory = directory;
    this.secrets = new ContainerSecrets(Directories.kept(directory.resolve("secrets")));
  }

  /** Starts the named parts, each after those that it needs. */
  static ContainerParts start(Set<String> names, ContainerImages images) {
    Engine engine = Engine.find();
    ContainerOwner.removeLeft(engine);
    ContainerParts parts = new ContainerParts(engine, Directories.temporary("containers"));
    Runtime.getRuntime().addShutdownHook(parts.hook);
    boolean started = false;
    try {
      parts.launch(names, images);
      started = true;
      return parts;
    } finally {
      if (!started) {
        parts.close();
      }
    }
  }

  Parts parts() {
    return new Parts(directory, postgres, redis, objects, mlflow);
  }

  boolean running() {
    synchronized (lock) {
      return !closed;
    }
  }

  void heal() {
    if (!running()) {
      throw new ClosedException("container stack was closed; start another one");
    }
    servers.forEach(ContainerServer::heal);
  }

  String describe() {
    List<String> lines = new ArrayList<>();
    if (postgres != null) {
      lines.add(
          "PostgreSQL  PGPASSWORD=\"$(cat '%s')\" psql -h %s -p %d -U %s %s"
              .formatted(
                  postgres.passwordFile(),
                  Ports.HOST,
                  postgres.port(),
                  postgres.user(),
                  postgres.user()));
    }
    if (redis != null) {
      lines.add(
          "Redis       REDISCLI_AUTH=\"$(cat '%s')\" redis-cli -h %s -p %d"
              .formatted(redis.passwordFile(), Ports.HOST, redis.port()));
    }
    lines.add(
        "Artifacts   "
            + (objects == null
                ? parts().artifacts()
                : objects.url() + ", keys in " + directory.resolve("secrets")));
    if (mlflow != null) {
      lines.add("MLflow      " + mlflow.url());
    }
    return String.join("\n", lines) + "\n";
  }

  void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("containers removed while the JVM ends");
    }
  }

  private void launch(Set<String> names, ContainerImages images) {
    if (names.contains(ContainerPostgres.PART)) {
      postgres =
          ContainerPostgres.launch(engine, launcher, images.of(ContainerPostgres.PART), secrets);
      servers.add(postgres);
    }
    if (names.contains(ContainerRedis.PART)) {
      redis = ContainerRedis.launch(engine, launcher, images.of(ContainerRedis.PART), secrets);
      servers.add(redis);
    }
    if (names.contains(ContainerObjectStorage.PART)) {
      objects =
          ContainerObjectStorage.launch(
              engine, launcher, images.of(ContainerObjectStorage.PART), secrets);
      servers.add(objects);
    }
    if (names.contains(ContainerMlflow.PART)) {
      mlflow = ContainerMlflow.launch(engine, launcher, images.of(ContainerMlflow.PART), secrets);
      servers.add(mlflow);
    }
  }

  private void end() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      List<ContainerServer> lastFirst = new ArrayList<>(servers);
      Collections.reverse(lastFirst);
      lastFirst.forEach(ContainerServer::close);
      launcher.close();
      Directories.deleteOrWarn(directory);
    }
  }

  @Override
  public String toString() {
    return servers.toString();
  }
}
