package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/** PostgreSQL in a container. */
final class ContainerPostgres extends ContainerServer implements PostgresServer {
  static final String PART = "postgres";

  private static final String USER = "postgres";
  private static final String PASSWORD = "postgres_password";
  private static final String MLFLOW_PASSWORD = "mlflow_db_password";
  private static final String MLFLOW_DATABASE =
      """
      set -euo pipefail
      psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
      \\set password `cat /run/secrets/mlflow_db_password`
      CREATE ROLE mlflow LOGIN PASSWORD :'password';
      CREATE DATABASE mlflow OWNER mlflow;
      SQL
      """;

  private final ContainerSecrets secrets;

  private ContainerPostgres(Engine engine, Launched launched, ContainerSecrets secrets) {
    super(engine, launched);
    this.secrets = secrets;
  }

  static ContainerPostgres launch(
      Engine engine, ContainerLauncher launcher, String image, ContainerSecrets secrets) {
    Secret password = secrets.get(PASSWORD);
    ContainerPlan plan =
        new ContainerPlan(PART, image, PART, 5432)
            .secret(PASSWORD, password)
            .secret(MLFLOW_PASSWORD, secrets.get(MLFLOW_PASSWORD))
            .environment("POSTGRES_USER", USER)
            .environment("POSTGRES_DB", USER)
            .file("/docker-entrypoint-initdb.d/mlflow.sh", MLFLOW_DATABASE)
            // nothing of it outlives the engine
            .command("postgres", "-c", "fsync=off", "-c", "full_page_writes=off");
    return new ContainerPostgres(
        engine,
        launcher.launch(
            plan,
            port ->
                Readiness.postgres(
                    "jdbc:postgresql://" + Ports.HOST + ":" + port + "/" + USER, USER, password)),
        secrets);
  }

  @Override
  public String url() {
    return jdbcUrl();
  }

  @Override
  public String jdbcUrl() {
    return jdbcUrl(USER);
  }

  @Override
  public String user() {
    return USER;
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
