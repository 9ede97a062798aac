package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.testing.fake.FakeInfra;
import org.junit.jupiter.api.AfterEach;

/** The contract of training sets, kept in memory. */
class TrainingSetTest extends TrainingSetContract {
  private final MlInfra ml =
      MlInfra.connect(
          MlInfraConfig.forService("training")
              .install(FakeInfra.create())
              .view(USERS)
              .view(ORDERS)
              .build());

  @Override
  MlInfra ml() {
    return ml;
  }

  @AfterEach
  void close() {
    ml.close();
  }
}
