package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/** MinIO in a container. */
final class ContainerObjectStorage extends ContainerServer implements ObjectStorageServer {
  static final String PART = "objectstorage";
  static final String USER = "minio_root_user";
  static final String PASSWORD = "minio_root_password";

  private final ContainerSecrets secrets;

  private ContainerObjectStorage(Engine engine, Launched launched, ContainerSecrets secrets) {
    super(engine, launched);
    this.secrets = secrets;
  }

  static ContainerObjectStorage launch(
      Engine engine, ContainerLauncher launcher, String image, ContainerSecrets secrets) {
    ContainerPlan plan =
        new ContainerPlan(PART, image, "minio", 9000)
            .secret(USER, secrets.get(USER))
            .secret(PASSWORD, secrets.get(PASSWORD));
    return new ContainerObjectStorage(
        engine,
        launcher.launch(
            plan,
            port -> Readiness.http("http://" + Ports.HOST + ":" + port + "/minio/health/live")),
        secrets);
  }

  @Override
  public Secret accessKeyId() {
    return secrets.get(USER);
  }

  @Override
  public Secret password() {
    return secrets.get(PASSWORD);
  }

  @Override
  public Path passwordFile() {
    return secrets.file(PASSWORD);
  }
}
