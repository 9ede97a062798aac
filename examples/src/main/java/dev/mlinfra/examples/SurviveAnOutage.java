package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.health.ComponentHealth;
import java.io.PrintStream;
import java.time.Duration;

/**
 * Kills PostgreSQL under a service that goes on deciding. No call waits or throws, and when the
 * server is back every accepted decision is there.
 */
public final class SurviveAnOutage {
  private static final int DECISIONS = 10_000;

  private SurviveAnOutage() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers, System.out);
    }
  }

  static void run(EmbeddedStack servers, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(servers.config("survivor").build())) {
      ml.ensureSchema();
      // region outage
      servers.postgres().kill();
      int accepted = 0;
      for (int i = 0; i < DECISIONS; i++) {
        Decision decision = Decision.by("survivor").action("route-" + i % 7).build();
        Acceptance answer = ml.decisions().log(decision); // as quick as ever
        accepted += answer.accepted() ? 1 : 0;
      }
      // endregion
      ComponentHealth database = ml.health(Duration.ofSeconds(2)).components().get(0);
      out.println("postgres is " + database.status());
      out.println("accepted meanwhile: " + accepted);
      out.println("buffered: " + ml.decisions().ledger().buffered());

      servers.postgres().restart();
      // region recovered
      boolean all = ml.decisions().flush(Duration.ofSeconds(60));
      // endregion
      out.println("all stored after the restart: " + all);
      out.println(ml.decisions().ledger());
    }
  }
}
