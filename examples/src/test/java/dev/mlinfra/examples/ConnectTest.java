package dev.mlinfra.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfraConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {
  @TempDir private Path secrets;

  @Test
  void buildsTheWholeConfigurationAndShowsNoSecret() throws IOException {
    for (String server : List.of("postgres", "redis", "storage")) {
      Files.writeString(secrets.resolve(server), "canary-" + server);
    }

    MlInfraConfig config = Connect.config(secrets, new SimpleMeterRegistry());

    assertThat(config.service()).isEqualTo("ranker");
    assertThat(config.toString())
        .contains("postgres", "redis", "objectstorage", "mlflow", "monitoring")
        .doesNotContain("canary");
  }
}
