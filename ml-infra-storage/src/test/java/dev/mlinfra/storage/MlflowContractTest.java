package dev.mlinfra.storage;

import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.ModelMirrorContract;
import org.junit.jupiter.api.AfterEach;

/** MLflow keeps the promises of a mirror. */
class MlflowContractTest extends ModelMirrorContract {
  private final FakeMlflow server = FakeMlflow.start();
  private final RecordingWiring open = RecordingWiring.opened(Mlflow.at(server.url()));

  @AfterEach
  void close() throws Exception {
    open.close();
    server.close();
  }

  @Override
  protected RecordingWiring opened() {
    return open;
  }
}
