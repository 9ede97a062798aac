package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.shadow.ShadowAnswer;
import dev.mlinfra.shadow.ShadowRun;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Lets two candidates judge what the rules judge; one of them is broken and nobody notices. */
public final class CompareInShadow {
  private CompareInShadow() {}

  /**
   * Runs it on a PostgreSQL and a Redis of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("compare-in-shadow"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema();
      // region plan
      ShadowRun<Packet, Verdict> detector =
          ml.shadow("detector")
              .primary("rules", "3", CompareInShadow::rules)
              .candidate("forest", "17", CompareInShadow::forest)
              .candidate("broken", "1", CompareInShadow::broken)
              .describe(
                  (packet, verdict) ->
                      Decision.by("detector")
                          .action(verdict.name())
                          .features(packet.port(), packet.bytes()))
              .timeLimit(Duration.ofMillis(500))
              .start();
      // endregion

      Instant start = Instant.now();
      // region decide
      ShadowAnswer<Verdict> quiet = detector.decide(new Packet(443, 1_200)); // PASS, from the rules
      ShadowAnswer<Verdict> loud =
          detector.decide(new Packet(443, 90_000)); // PASS; forest says ALERT
      ml.decisions().feedback(loud.id(), 1.0); // an analyst: that was an attack
      // endregion

      detector.flush(Duration.ofSeconds(10));
      ml.decisions().flush(Duration.ofSeconds(10));
      out.println("acted on: " + quiet.answer() + " " + loud.answer());
      detector.tallies().forEach(tally -> out.println(tally.candidate() + " " + tally.counts()));
      ml.history()
          .outcomes(
              DecisionQuery.between(start.minusSeconds(1), start.plusSeconds(60)).agent("detector"),
              outcome -> out.println(line(outcome.decision(), outcome.rewardSum())));
    }
  }

  private static Verdict rules(Packet packet) {
    return packet.port() == 23 ? Verdict.ALERT : Verdict.PASS;
  }

  private static Verdict forest(Packet packet) {
    return packet.bytes() > 50_000 ? Verdict.ALERT : Verdict.PASS;
  }

  private static Verdict broken(Packet packet) {
    throw new IllegalStateException("no model for port " + packet.port());
  }

  private static String line(Decision decision, double reward) {
    return String.format(
        Locale.ROOT,
        "%s %s %s reward %.1f",
        decision.mode(),
        decision.model(),
        decision.action(),
        reward);
  }

  private record Packet(int port, int bytes) {}

  private enum Verdict {
    PASS,
    ALERT
  }
}
