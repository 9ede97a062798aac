package dev.mlinfra.embedded;

/** MLflow in a container, with its data in the PostgreSQL and the bucket of the stack. */
final class ContainerMlflow {
  static final String PART = "mlflow";

  private ContainerMlflow() {}

  static ContainerServer launch(
      Engine engine, ContainerLauncher launcher, String image, ContainerSecrets secrets) {
    ContainerPlan plan =
        new ContainerPlan(PART, image, PART, 5000)
            .secret("mlflow_db_password", secrets.get("mlflow_db_password"))
            .secret("objectstorage_access_key", secrets.get(ContainerObjectStorage.USER))
            .secret("objectstorage_secret_key", secrets.get(ContainerObjectStorage.PASSWORD))
            .environment("MLFLOW_WORKERS", "1");
    return new ContainerServer(
        engine,
        launcher.launch(
            plan, port -> Readiness.http("http://" + Ports.HOST + ":" + port + "/health")));
  }
}
