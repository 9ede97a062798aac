package dev.mlinfra.benchmarks;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.PlainConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * A service that logs decisions at a steady rate. Its servers come from {@code ML_INFRA_*}. It is
 * told by lines on its standard input: {@code on}, {@code off}, which answers once all is stored,
 * and {@code end}. Every answer is one line.
 */
public final class LoggingHost implements AutoCloseable {
  private static final int FEATURES = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final DecisionLog log;
  private final long nanosBetween;
  private final SplittableRandom random = new SplittableRandom(1);
  private final Thread pace = new Thread(this::paced, "ml-infra-bench-pace");
  private volatile boolean on;
  private volatile boolean ended;

  private LoggingHost(MlInfra ml, int perSecond) {
    this.log = ml.decisions();
    this.nanosBetween = 1_000_000_000L / perSecond;
    pace.setDaemon(true);
    pace.start();
  }

  /**
   * Runs until {@code end} or the end of the input.
   *
   * @param args decisions per second
   * @throws IOException when the input cannot be read
   */
  public static void main(String[] args) throws IOException {
    MlInfraConfig config = PlainConfig.fromEnvironment();
    try (MlInfra ml = MlInfra.connect(config).ensureSchema();
        LoggingHost host = new LoggingHost(ml, Integer.parseInt(args[0]));
        BufferedReader input =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      say("ready");
      for (String line = input.readLine();
          line != null && !line.equals("end");
          line = input.readLine()) {
        say(host.obey(line));
      }
    }
  }

  /** Ends the pace; the servers are the caller's. */
  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(pace);
  }

  private String obey(String order) {
    if (order.equals("on")) {
      on = true;
      LockSupport.unpark(pace);
      return "on";
    }
    on = false;
    boolean stored = log.flush(PATIENCE);
    return "off " + stored + " " + log.ledger();
  }

  /** Keeps to a schedule; what it cannot keep up with is left out, so that no burst follows. */
  private void paced() {
    long next = System.nanoTime();
    while (!ended) {
      long now = System.nanoTime();
      if (!on || now - next > 1_000_000_000L) {
        next = now;
      }
      if (!on) {
        LockSupport.park(this);
      } else if (now < next) {
        LockSupport.parkNanos(next - now);
      } else {
        log.log(decision());
        next += nanosBetween;
      }
    }
  }

  private Decision decision() {
    float[] features = new float[FEATURES];
    for (int i = 0; i < FEATURES; i++) {
      features[i] = (float) random.nextDouble();
    }
    return Decision.by("bench")
        .model("bts", "17")
        .action("item-" + random.nextInt(80))
        .baselineAction("item-" + random.nextInt(80))
        .propensity(0.0125)
        .features(features)
        .context("position", "left")
        .latency(Duration.ofNanos(900_000))
        .build();
  }

  @SuppressWarnings("SystemOut")
  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
