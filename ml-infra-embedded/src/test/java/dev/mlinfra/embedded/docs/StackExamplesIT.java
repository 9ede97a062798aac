package dev.mlinfra.embedded.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedPostgres;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.Sandbox;
import dev.mlinfra.health.InventoryItem;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackExamplesIT {
  @TempDir Path folder;

  private final List<InventoryItem> shown = new ArrayList<>();

  @Test
  void keepsItsData() {
    Path directory = folder.resolve("ml-infra-data");
    for (int run = 1; run <= 2; run++) {
      shown.clear();
      // region stack
      try (EmbeddedStack stack = EmbeddedStack.builder().directory(directory).start();
          MlInfra ml = MlInfra.connect(stack.config("ranker").build())) {
        ml.ensureSchema().ensureStreams().ensureBucket();
        ml.decisions().log(Decision.by("ranker").action("item-79").build());
        ml.decisions().flush(Duration.ofSeconds(30));
        ml.inventory().forEach(this::show); // counts, read back from the servers
        System.out.println(stack.describe()); // lines for psql and redis-cli
      }
      // endregion
      assertThat(decisions()).isEqualTo(run);
    }
  }

  @Test
  void givesEachTestItsOwnDatabases() {
    // region sandbox
    try (EmbeddedStack stack = EmbeddedStack.start();
        Sandbox sandbox = stack.sandbox();
        MlInfra ml = MlInfra.connect(sandbox.config("ranker").build())) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      ml.inventory().forEach(this::show); // nothing but zeros
    }
    // endregion
    assertThat(decisions()).isZero();
  }

  @Test
  void startsPostgresAlone() throws SQLException {
    // region postgres
    try (EmbeddedPostgres postgres =
            EmbeddedPostgres.builder().setting("max_connections", "20").start();
        Connection connection =
            DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.user(), postgres.password().reveal())) {
      assertThat(connection.isValid(5)).isTrue();
    }
    // endregion
  }

  private void show(InventoryItem item) {
    shown.add(item);
  }

  private long decisions() {
    return shown.stream()
        .filter(item -> item.name().equals("agent_decisions"))
        .mapToLong(InventoryItem::value)
        .sum();
  }
}
