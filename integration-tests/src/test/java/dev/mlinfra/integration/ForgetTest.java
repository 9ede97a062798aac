package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.testing.fake.FakeInfra;
import org.junit.jupiter.api.AfterEach;

/** The fake forgets as the real stores do. */
class ForgetTest extends ForgetContract {
  private final MlInfra ml =
      MlInfra.connect(MlInfraConfig.forService("forgetting").install(FakeInfra.create()).build());

  @Override
  MlInfra ml() {
    return ml;
  }

  @AfterEach
  void close() {
    ml.close();
  }
}
