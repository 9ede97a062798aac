package dev.mlinfra.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.MlInfra;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code mlinfra.overload.offers} says, or 2 million: an hour at 10,000 a second is 36
 * million.
 */
class OverloadIT {
  private static final long OFFERS = Long.getLong("mlinfra.overload.offers", 2_000_000);

  @Test
  void aHostWithAHeapOf64MegabytesSurvivesMoreThanCanBeStoredAndCountsTheRest(@TempDir Path temp) {
    try (Stack stack = Servers.CHOSEN.start()) {
      PostgresServer postgres = stack.postgres();
      try (MlInfra ml = MlInfra.connect(stack.config("setup").build())) {
        ml.ensureSchema();
      }
      Map<String, String> environment =
          Map.of(
              "JAVA_TOOL_OPTIONS", "-Xmx64m",
              "ML_INFRA_SERVICE", "overloaded",
              "ML_INFRA_SPOOL_PATH", temp.resolve("spool").toString(),
              "ML_INFRA_SPOOL_MAX_BYTES", Integer.toString(32 << 20),
              "ML_INFRA_POSTGRES_URL", postgres.jdbcUrl(),
              "ML_INFRA_POSTGRES_USER", postgres.user(),
              "ML_INFRA_POSTGRES_PASSWORD", postgres.password().reveal());
      try (ChildJvm host =
          ChildJvm.start(OverloadedHost.class, environment, Long.toString(OFFERS))) {
        host.await("step", 2);
        postgres.stop();
        host.await("step", OverloadedHost.STEPS / 2);
        postgres.cont();
        for (int step = OverloadedHost.STEPS / 2; step <= OverloadedHost.STEPS; step++) {
          host.await("step", step); // each has its own patience, however much is offered
        }
        host.await("settled", 1);
        assertThat(host.end()).as("%s", host.lines()).isZero();

        assertThat(host.lines()).contains("settled true", "offered " + OFFERS, "balanced true");
        assertThat(host.lines()).noneMatch(line -> line.contains("OutOfMemoryError"));
        long stored =
            new Sql(postgres)
                .number(
                    "SELECT count(DISTINCT decision_id) FROM ml_learning.agent_decisions"
                        + " WHERE agent = ?",
                    OverloadedHost.AGENT);
        assertThat(host.lines()).contains("stored " + stored, "accepted " + stored);
        assertThat(stored).as("less than was offered").isBetween(1L, OFFERS / 2);
      }
    }
  }
}
