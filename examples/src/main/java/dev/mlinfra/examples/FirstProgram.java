package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.history.DecisionQuery;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** The program of the README: one decision, what came of it, and both read back together. */
public final class FirstProgram {
  private FirstProgram() {}

  /**
   * Runs it on a PostgreSQL and a Redis of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("ranker").build(), System.out);
    }
  }

  static void run(MlInfraConfig config, PrintStream out) {
    // region program
    try (MlInfra ml = MlInfra.connect(config)) {
      ml.ensureSchema().ensureStreams().ensureBucket();
      Decision decision =
          Decision.by("ranker")
              .model("bts", "17")
              .action("item-79")
              .propensity(0.087)
              .features(0.3f, 0.7f)
              .build();
      ml.decisions().log(decision); // never blocks, never throws
      ml.decisions().feedback(decision.id(), 1.0); // seconds or days later
      ml.decisions().flush(Duration.ofSeconds(10)); // only a demonstration waits
      Instant now = Instant.now();
      ml.history().outcomes(DecisionQuery.between(now.minusSeconds(60), now), out::println);
    }
    // endregion
  }
}
