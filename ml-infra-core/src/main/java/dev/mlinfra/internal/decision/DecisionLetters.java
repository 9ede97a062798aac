package dev.mlinfra.internal.decision;

import dev.mlinfra.decision.Activation;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.Feedback;
import dev.mlinfra.spi.DeadLetter;

/** What is kept of a row that the store refuses. */
final class DecisionLetters {
  private DecisionLetters() {}

  static DeadLetter of(Decision decision, String cause) {
    String payload =
        "agent="
            + decision.agent()
            + " action="
            + decision.action()
            + " propensity="
            + decision.propensity()
            + " decidedAt="
            + decision.decidedAt()
            + " context="
            + decision.context();
    String id = DeadLetter.idOf(decision.id(), decision.mode(), decision.decidedAt());
    return new DeadLetter("decision", id, payload, cause, 1, decision.subject());
  }

  static DeadLetter of(Feedback feedback, String cause) {
    return new DeadLetter("feedback", feedback.id().toString(), feedback.toString(), cause, 1);
  }

  static DeadLetter of(Activation activation, String cause) {
    String id = activation.decisionId().toString();
    return new DeadLetter("activation", id, "activatedAt=" + activation.activatedAt(), cause, 1);
  }
}
