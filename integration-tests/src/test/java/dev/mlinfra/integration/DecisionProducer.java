package dev.mlinfra.integration;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.util.concurrent.ThreadLocalRandom;

/** Logs decisions of one agent and remembers what it was told. Thread-safe. */
final class DecisionProducer implements HostThreads.Call {
  private final DecisionLog log;
  private final String agent;
  private final Answers answers = new Answers();

  DecisionProducer(DecisionLog log, String agent) {
    this.log = log;
    this.agent = agent;
  }

  Answers answers() {
    return answers;
  }

  @Override
  public void make() {
    logAny();
  }

  Decision logAny() {
    return log("item-" + ThreadLocalRandom.current().nextInt(80));
  }

  Decision log(String action) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    Decision decision =
        Decision.by(agent)
            .model("bts", "17")
            .action(action)
            .propensity(random.nextDouble(0.01, 1))
            .features(random.nextFloat(), random.nextFloat(), random.nextFloat())
            .context("position", "left")
            .build();
    answers.note(decision.id(), log.log(decision));
    return decision;
  }
}
