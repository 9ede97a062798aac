package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.Acceptance;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.EmbeddedStack;
import java.io.PrintStream;
import java.time.Duration;

/** Logs a live decision, what a candidate would have decided, and a click that is sent twice. */
public final class LogDecisions {
  private LogDecisions() {}

  /**
   * Runs it on a PostgreSQL and a Redis of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("log-decisions"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema();
      // region log
      Decision live =
          Decision.by("ranker")
              .model("bts", "17")
              .action("item-79")
              .propensity(0.087)
              .context("page", "home")
              .latency(Duration.ofMillis(3))
              .build();
      Acceptance answer = ml.decisions().log(live);
      // endregion

      // region shadow
      Decision shadow =
          Decision.by("ranker")
              .mode(DecisionMode.SHADOW)
              .model("candidate", "1")
              .action("item-12")
              .baselineAction(live.action())
              .build();
      ml.decisions().log(shadow);
      // endregion

      // region feedback
      Feedback click = Feedback.of(live.id(), 1.0).kind("click");
      ml.decisions().feedback(click);
      ml.decisions().feedback(click); // the same message again counts once
      // endregion

      // region rejected
      Decision impossible = Decision.by("ranker").action("item-1").propensity(1.5).build();
      Acceptance refused = ml.decisions().log(impossible); // no exception on the hot path
      // endregion

      ml.decisions().flush(Duration.ofSeconds(10));
      out.println("live: " + answer.status());
      out.println("impossible: " + refused.status() + " " + refused.reason());
      out.println("decisions: " + ml.decisions().ledger());
      out.println("feedback: " + ml.decisions().feedbackLedger());
      out.println("seen before: " + ml.decisions().feedbackLedger().duplicates());
    }
  }
}
