package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.embedded.ObjectStorageServer;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * MinIO's own client and the set-up of the bucket, in the tools image beside a server: {@code ml}
 * is its root user, {@code user} the user of the bucket.
 */
final class MinioTools implements AutoCloseable {
  private static final Pattern QUOTA = Pattern.compile("\"quota\":\\s*(\\d+)");

  private final Shell docker = Shell.inProject();
  private final String container;

  private MinioTools(String container) {
    this.container = container;
  }

  /** Starts a container with the client in the network of the server. */
  static MinioTools of(ObjectStorageServer server, Path secrets, Secret user, Secret password)
      throws IOException {
    write(secrets, "minio_root_user", server.accessKeyId());
    write(secrets, "minio_root_password", server.password());
    write(secrets, "objectstorage_access_key", user);
    write(secrets, "objectstorage_secret_key", password);
    Shell docker = Shell.inProject();
    String minio = docker.run("docker ps -q --filter publish=" + server.port());
    String container =
        docker.run(
            ("docker run -d --rm --init --network container:%s -e OBJECTSTORAGE_URL=http://127.0.0.1:9000"
                    + " -e BUCKET_QUOTA=10GB -v \"$PWD\"/docker/setup:/setup:ro"
                    + " --entrypoint sleep ml-infra/tools:1 1800")
                .formatted(minio));
    MinioTools tools = new MinioTools(container);
    docker.run("docker exec -u 0 " + container + " mkdir -p /run/secrets");
    docker.run("docker cp -q %s/. %s:/run/secrets".formatted(secrets, container));
    tools.alias("ml", "minio_root_user", "minio_root_password");
    return tools;
  }

  /** Runs what the stack runs to make the bucket and its user. */
  void setUpBucket() {
    docker.run("docker exec " + container + " bash /setup/bucket.sh");
    alias("user", "objectstorage_access_key", "objectstorage_secret_key");
  }

  /** The quota that the server keeps for a bucket, in bytes. */
  long quotaOf(String bucket) {
    Matcher quota = QUOTA.matcher(mc("quota info --json ml/" + bucket));
    assertThat(quota.find()).as("quota of " + bucket).isTrue();
    return Long.parseLong(quota.group(1));
  }

  String mc(String arguments) {
    return docker.run(command(arguments));
  }

  Shell.Answer tryMc(String arguments) {
    return docker.tryRun(command(arguments));
  }

  private String command(String arguments) {
    return "docker exec %s mcli --quiet --no-color %s".formatted(container, arguments);
  }

  private void alias(String name, String user, String password) {
    docker.run(
        ("docker exec %s bash -c 'mcli --quiet alias set %s http://127.0.0.1:9000"
                + " \"$(cat /run/secrets/%s)\" \"$(cat /run/secrets/%s)\"'")
            .formatted(container, name, user, password));
  }

  private static void write(Path directory, String name, Secret secret) throws IOException {
    Files.writeString(directory.resolve(name), secret.reveal());
  }

  @Override
  public void close() {
    docker.run("docker kill " + container);
  }
}
