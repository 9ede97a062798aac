package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.history.DecisionQuery;
import dev.mlinfra.history.RecentDecision;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Feedback that comes twice or is revised, and decisions that are prepared and perhaps shown. */
public final class CollectFeedback {
  private CollectFeedback() {}

  /**
   * Runs it on servers of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("collect-feedback"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema();
      Instant start = Instant.now().minusSeconds(1);

      // region deferred
      Decision first = prepare(ml, "story-7");
      Decision second = prepare(ml, "story-8"); // counts for nothing, unless
      ml.decisions().activate(first.id()); // it is shown
      // endregion
      Instant shown = Instant.now();

      // region repeated
      Feedback click = Feedback.of(first.id(), 1).kind("click").key("message-4711");
      ml.decisions().feedback(click);
      ml.decisions().feedback(click); // the broker delivered the message again
      // endregion

      // region revised
      Feedback sale = Feedback.of(first.id(), 20).kind("sale").observedAt(shown);
      Feedback refund = Feedback.of(first.id(), 5).kind("sale").replaces(true); // observed now
      ml.decisions().feedback(refund); // in whatever order they arrive
      ml.decisions().feedback(sale);
      // endregion
      rewardMatches(ml, List.of(first.id(), second.id()), "story-7");

      ml.decisions().flush(Duration.ofSeconds(10));
      DecisionQuery query = DecisionQuery.between(start, Instant.now()).agent("front-page");
      for (String kind : List.of("click", "sale")) {
        ml.history()
            .outcomes(
                query.feedbackKind(kind),
                it -> out.println(it.decision().action() + " " + kind + " " + it.rewardSum()));
      }
    }
  }

  private static Decision prepare(MlInfra ml, String story) {
    // region prepare
    Decision decision =
        Decision.by("front-page").action(story).propensity(0.25).deferred(true).build();
    ml.decisions().log(decision);
    // endregion
    return decision;
  }

  private static void rewardMatches(MlInfra ml, List<UUID> ids, String clicked) {
    // region recent
    for (Optional<RecentDecision> found : ml.history().recent(ids, Duration.ofMillis(20))) {
      found.ifPresent(
          decision -> {
            double reward = decision.action().equals(clicked) ? 1 : 0;
            ml.decisions().feedback(Feedback.of(decision.id(), reward).kind("match"));
          });
    }
    // endregion
  }
}
