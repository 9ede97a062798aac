package dev.mlinfra;

import dev.mlinfra.testing.RecordingWiring;
import dev.mlinfra.testing.contract.OnlineStoreContract;
import org.junit.jupiter.api.AfterEach;

// region contract
class ForeignModuleContractTest extends OnlineStoreContract {
  private final RecordingWiring acme = RecordingWiring.opened(new ForeignModule("acme://cache", 2));

  @Override
  protected RecordingWiring opened() {
    return acme;
  }

  @AfterEach
  void close() {
    acme.close();
  }
}
// endregion
