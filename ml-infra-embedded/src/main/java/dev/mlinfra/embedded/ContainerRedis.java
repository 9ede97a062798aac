package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/** Redis in a container, with a database for each sandbox. */
final class ContainerRedis extends ContainerServer implements RedisServer {
  static final String PART = "redis";

  private static final String PASSWORD = "redis_password";

  private final ContainerSecrets secrets;

  private ContainerRedis(Engine engine, Launched launched, ContainerSecrets secrets) {
    super(engine, launched);
    this.secrets = secrets;
  }

  static ContainerRedis launch(
      Engine engine, ContainerLauncher launcher, String image, ContainerSecrets secrets) {
    Secret password = secrets.get(PASSWORD);
    ContainerPlan plan =
        new ContainerPlan(PART, image, PART, 6379)
            .secret(PASSWORD, password)
            .command("--databases", "1000");
    return new ContainerRedis(
        engine, launcher.launch(plan, port -> Readiness.redis(port, password)), secrets);
  }

  @Override
  public String url() {
    return "redis://" + Ports.HOST + ":" + port();
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
