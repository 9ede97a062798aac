package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.integration.TestLog;
import dev.mlinfra.secret.Secret;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;

@Tag("containers")
class SeaweedFsContractIT extends ObjectStorageContract {
  private static final Secret ACCESS_KEY = Secret.of(UUID.randomUUID().toString());
  private static final Secret SECRET_KEY = Secret.of(UUID.randomUUID().toString());
  private static final int PORT = 8333;

  private static GenericContainer<?> server;

  SeaweedFsContractIT() {
    super("http://127.0.0.1:" + server.getMappedPort(PORT), ACCESS_KEY, SECRET_KEY);
  }

  @BeforeAll
  static void start() {
    server =
        new GenericContainer<>("ml-infra/seaweedfs:4.48")
            .withCopyToContainer(
                Transferable.of(ACCESS_KEY.reveal()), "/run/secrets/objectstorage_access_key")
            .withCopyToContainer(
                Transferable.of(SECRET_KEY.reveal()), "/run/secrets/objectstorage_secret_key")
            .withExposedPorts(PORT)
            .waitingFor(Wait.forHttp("/healthz").forPort(PORT));
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @Test
  void saysThatTheQuotaIsKeptByCounting() {
    assertThat(TestLog.lines())
        .anyMatch(
            line ->
                line.contains("at 127.0.0.1:" + server.getMappedPort(PORT) + ": quota of ")
                    && line.endsWith(
                        "10000000000 bytes is kept by counting only, since the server is no MinIO"));
  }
}
