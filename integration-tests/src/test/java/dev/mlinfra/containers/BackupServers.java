package dev.mlinfra.containers;

import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.storage.Mlflow;
import dev.mlinfra.storage.ObjectStorage;
import dev.mlinfra.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * PostgreSQL, Redis, MinIO and MLflow on a network of their own, and the scripts that are told of
 * them. Each has credentials and a name of its own; what was started is removed by {@link #close}.
 */
final class BackupServers implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final String TOOLS =
      System.getenv().getOrDefault("TOOLS_IMAGE", "ml-infra/tools:1");
  private static final List<String> PARTS =
      List.of("mlflow", "minio", "redis", "postgres", "tools");

  private final String name;
  private final Path directory;
  private final Map<String, String> credentials = new TreeMap<>();
  private final Shell docker;
  private Shell scripts;

  private BackupServers(String name, Path directory) {
    this.name = name;
    this.directory = directory;
    this.docker = Shell.inProject();
    this.scripts =
        docker
            .patience(Duration.ofMinutes(10))
            .with("STACK_NAME", name)
            .with("STACK_DIR", directory.toString())
            .with("BACKUP_ROOT", directory.resolve("backups").toString());
  }

  static BackupServers start(String label) {
    BackupServers servers;
    try {
      String number = Integer.toHexString(ThreadLocalRandom.current().nextInt(0x10000, 0x100000));
      servers =
          new BackupServers("bk-" + label + "-" + number, Files.createTempDirectory("ml-backup"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      servers.startAll();
      return servers;
    } catch (RuntimeException | Error e) {
      servers.close();
      throw e;
    }
  }

  private void startAll() {
    List.of("POSTGRES_PASSWORD", "MLFLOW_DB_PASSWORD", "ML_INFRA_REDIS_PASSWORD", "MINIO_ROOT_USER")
        .forEach(this::generate);
    generate("MINIO_ROOT_PASSWORD");
    docker.run("docker network create " + name + "-network");
    run("postgres", "-p 127.0.0.1::5432", "ml-infra/postgres:17", "POSTGRES_PASSWORD");
    run("redis", "", "ml-infra/redis:7", "ML_INFRA_REDIS_PASSWORD:redis_password");
    run(
        "minio",
        "-p 127.0.0.1::9000",
        "ml-infra/minio:2026-02-12",
        "MINIO_ROOT_USER",
        "MINIO_ROOT_PASSWORD");
    docker.run(
        "docker run -d --init --name %s-tools --network %1$s-network --entrypoint sleep %s inf"
            .formatted(name, TOOLS));
    awaitHealthy("postgres");
    awaitHealthy("redis");
    awaitHealthy("minio");
    sql("CREATE ROLE ml_infra LOGIN PASSWORD 'unused'");
    sql("CREATE ROLE mlflow LOGIN PASSWORD '" + credentials.get("MLFLOW_DB_PASSWORD") + "'");
    sql("CREATE DATABASE mlflow OWNER mlflow");
    docker.run(
        "docker exec -i %s-tools mcli --quiet alias set ml http://%1$s-minio:9000 %s %s"
            .formatted(
                name, credentials.get("MINIO_ROOT_USER"), credentials.get("MINIO_ROOT_PASSWORD")));
    mc("mb ml/mlflow-artifacts");
    run(
        "mlflow",
        "-p 127.0.0.1::5000 -e MLFLOW_WORKERS=1 -e MLFLOW_DB_HOST=%s-postgres -e MLFLOW_S3_ENDPOINT_URL=http://%1$s-minio:9000"
                .formatted(name)
            + " -e 'MLFLOW_ALLOWED_HOSTS=localhost:*,127.0.0.1:*'",
        "ml-infra/mlflow:3.17.2",
        "MLFLOW_DB_PASSWORD",
        "MINIO_ROOT_USER:objectstorage_access_key",
        "MINIO_ROOT_PASSWORD:objectstorage_secret_key");
    awaitHealthy("mlflow");
  }

  private void generate(String variable) {
    byte[] bytes = new byte[12];
    ThreadLocalRandom.current().nextBytes(bytes);
    String value = HexFormat.of().formatHex(bytes);
    credentials.put(variable, value);
    scripts = scripts.with(variable, value);
  }

  /** A container with credentials as files, each {@code VARIABLE} or {@code VARIABLE:file}. */
  private void run(String part, String options, String image, String... secrets) {
    StringBuilder mounts = new StringBuilder();
    for (String secret : secrets) {
      String[] parts = secret.split(":", 2);
      String file = parts.length == 2 ? parts[1] : parts[0].toLowerCase(Locale.ROOT);
      mounts.append(" -v %s:/run/secrets/%s:ro".formatted(secretFile(part, file, parts[0]), file));
    }
    docker.run(
        "docker run -d --name %s-%s --network %1$s-network %s %s %s"
            .formatted(name, part, options, mounts, image));
  }

  private Path secretFile(String part, String file, String variable) {
    try {
      Path secret = directory.resolve(part + "-" + file);
      Files.writeString(secret, Objects.requireNonNull(credentials.get(variable)));
      directory.toFile().setExecutable(true, false);
      return secret;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitHealthy(String part) {
    String health = "docker inspect -f '{{.State.Health.Status}}' %s-%s".formatted(name, part);
    Await.until(part + " is healthy", START, () -> docker.run(health).equals("healthy"));
  }

  /** The scripts, told of these servers. */
  Shell scripts() {
    return scripts;
  }

  Path backups() {
    return directory.resolve("backups");
  }

  String name() {
    return name;
  }

  /** A service's configuration for these servers. */
  MlInfraConfig.Builder config(String service) {
    Secret id = Secret.of(credentials.get("MINIO_ROOT_USER"));
    Secret key = Secret.of(credentials.get("MINIO_ROOT_PASSWORD"));
    return MlInfraConfig.forService(service)
        .install(
            Postgres.at("jdbc:postgresql://" + address("postgres", 5432) + "/detektor")
                .user("detektor")
                .password(Secret.of(credentials.get("POSTGRES_PASSWORD"))))
        .install(ObjectStorage.at("http://" + address("minio", 9000)).credentials(id, key))
        .install(Mlflow.at("http://" + address("mlflow", 5000)));
  }

  private String address(String part, int port) {
    return docker.run("docker port %s-%s %d/tcp | head -n 1".formatted(name, part, port));
  }

  /** Runs SQL as the administrator; returns what it printed, without headings. */
  String sql(String statement) {
    return docker.run(
        "docker exec %s-postgres psql -X -q -A -t -v ON_ERROR_STOP=1 -U detektor -d detektor -c \"%s\""
            .formatted(name, statement.replace("\"", "\\\"").replace("$", "\\$")));
  }

  /** Runs the MinIO client; the bucket is {@code ml/mlflow-artifacts}. */
  String mc(String command) {
    return docker.run("docker exec %s-tools mcli --quiet %s".formatted(name, command));
  }

  String redis(String command) {
    return docker.run(
        "docker exec -e REDISCLI_AUTH=%s %s-redis redis-cli %s"
            .formatted(credentials.get("ML_INFRA_REDIS_PASSWORD"), name, command));
  }

  boolean runs(String part) {
    return docker
        .run("docker inspect -f '{{.State.Running}}' %s-%s".formatted(name, part))
        .equals("true");
  }

  /**
   * A dump of every schema but that of ml-infra and TimescaleDB's own, without what is random in
   * it.
   */
  String dumpOfOthers() {
    return docker.run(
        "docker exec %s-postgres pg_dump -U detektor -d detektor -N ml_learning -N '_timescaledb*' 2>/dev/null | grep -v '^.\\(un\\)\\?restrict'"
            .formatted(name));
  }

  /** What the servers hold beside the schema of ml-infra. */
  String foreignContents() {
    return dumpOfOthers()
        + sql("SELECT datname FROM pg_database ORDER BY 1")
        + sql("SELECT rolname FROM pg_roles ORDER BY 1")
        + mc("ls --recursive --json ml/mlflow-artifacts");
  }

  @Override
  public void close() {
    for (String part : PARTS) {
      docker.tryRun("docker rm -f -v %s-%s".formatted(name, part));
    }
    docker.tryRun("docker network rm " + name + "-network");
    docker.tryRun("rm -rf " + directory);
  }
}
