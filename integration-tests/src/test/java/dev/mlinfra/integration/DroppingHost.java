package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.buffer.Sampling;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.io.IOException;
import java.time.Duration;

/**
 * A host in a process of its own, configured by its environment, that logs more than its queue
 * takes. It says how much was dropped when everything else is stored, and waits to be killed.
 */
final class DroppingHost {
  static final String AGENT = "dropping-host";
  private static final int BURST = 20_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private DroppingHost() {}

  /** Takes no arguments. */
  public static void main(String[] args) throws IOException {
    MlInfraConfig config =
        MlInfraConfig.fromEnvironment().toBuilder()
            .decisions(BufferOptions.builder().maxQueuedRows(512).build())
            .sampling(Sampling.of(0.5))
            .build();
    try (MlInfra ml = MlInfra.connect(config)) {
      for (int burst = 0; burst < 2; burst++) {
        for (int i = 0; i < BURST; i++) {
          ml.decisions().log(decision());
        }
        endWithAStoredOne(ml.decisions());
      }
      System.out.println("dropped " + ml.decisions().ledger().droppedTotal());
      int ignored = System.in.read();
    }
  }

  /** The store sees a gap by the number behind it. */
  private static void endWithAStoredOne(DecisionLog log) {
    do {
      if (!log.flush(PATIENCE)) {
        throw new IllegalStateException("not flushed: " + log.ledger());
      }
    } while (!log.log(decision()).accepted() || !log.flush(PATIENCE));
  }

  private static Decision decision() {
    return Decision.by(AGENT).action("a").build();
  }
}
