package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A host in a process of its own that logs far more than can be stored, as fast as it can. */
final class OverloadedHost {
  static final String AGENT = "overloaded-host";
  static final int STEPS = 10;
  private static final int THREADS = 2;
  private static final int FEATURES = 64;

  private OverloadedHost() {}

  /** Takes how many decisions to offer. */
  public static void main(String[] args) throws InterruptedException {
    long offers = Long.parseLong(args[0]);
    MlInfraConfig config =
        MlInfraConfig.fromEnvironment().toBuilder()
            .decisions(BufferOptions.builder().maxQueuedBytes(16 << 20).build())
            .build();
    AtomicLong accepted = new AtomicLong();
    try (MlInfra ml = MlInfra.connect(config)) {
      Thread[] threads = new Thread[THREADS];
      for (int i = 0; i < THREADS; i++) {
        boolean speaks = i == 0;
        threads[i] = new Thread(() -> offer(ml.decisions(), offers / THREADS, accepted, speaks));
        threads[i].start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      System.out.println("settled " + ml.decisions().flush(Duration.ofSeconds(60)));
      System.out.println("accepted " + accepted);
      System.out.println("offered " + ml.decisions().ledger().offered());
      System.out.println("stored " + ml.decisions().ledger().stored());
      System.out.println("balanced " + ml.decisions().ledger().balanced());
    }
  }

  private static void offer(DecisionLog log, long offers, AtomicLong accepted, boolean speaks) {
    for (long i = 1; i <= offers; i++) {
      Decision decision =
          Decision.by(AGENT).action("a").propensity(0.5).features(new float[FEATURES]).build();
      if (log.log(decision).accepted()) {
        accepted.incrementAndGet();
      }
      if (speaks && i % (offers / STEPS) == 0) {
        System.out.println("step " + i);
      }
    }
  }
}
