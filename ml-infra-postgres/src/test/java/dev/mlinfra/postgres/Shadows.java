package dev.mlinfra.postgres;

import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionMode;

/** What candidates would have decided. */
final class Shadows {
  private Shadows() {}

  /** Names nobody, but shares the id. */
  static Decision of(Decision live) {
    return Decision.by("ranker")
        .id(live.id())
        .decidedAt(live.decidedAt().plusNanos(1_000))
        .mode(DecisionMode.SHADOW)
        .action("b")
        .build();
  }
}
