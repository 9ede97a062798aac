package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A host in a process of its own that logs from two threads until it is ended, and closes the
 * library in a shutdown hook, as services do.
 */
final class EndingHost {
  static final String AGENT = "ending-host";
  private static final int THREADS = 2;
  private static final long REST_NANOS = 50_000;

  private EndingHost() {}

  /** Takes after how many decisions it calls {@code System.exit}; 0 is never. */
  public static void main(String[] args) {
    long most = Long.parseLong(args[0]);
    MlInfraConfig config =
        MlInfraConfig.fromEnvironment().toBuilder()
            .decisions(
                BufferOptions.builder()
                    .linger(Duration.ofMillis(5))
                    .closeTimeout(Duration.ofSeconds(2))
                    .build())
            .build();
    MlInfra ml = MlInfra.connect(config);
    AtomicLong accepted = new AtomicLong();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  ml.close();
                  say("accepted " + accepted);
                  say("ledger " + ml.decisions().ledger());
                }));
    for (int i = 0; i < THREADS; i++) {
      new Thread(() -> log(ml.decisions(), accepted, most)).start();
    }
  }

  private static void log(DecisionLog log, AtomicLong accepted, long most) {
    while (true) {
      Decision decision = Decision.by(AGENT).action("a").propensity(0.5).build();
      if (log.log(decision).accepted()) {
        long count = accepted.incrementAndGet();
        if (count % 1_000 == 0) {
          say("logged " + count);
        }
        if (count == most) {
          System.exit(0);
        }
      } else {
        LockSupport.parkNanos(REST_NANOS);
      }
    }
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
