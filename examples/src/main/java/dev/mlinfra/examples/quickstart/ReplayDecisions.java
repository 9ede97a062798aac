package dev.mlinfra.examples.quickstart;

import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.Decision;
import dev.mlinfra.decision.DecisionLog;
import java.util.List;

/** Logs every decision of both policies as the recommender took it. */
final class ReplayDecisions {
  static final String AGENT = "recommender";
  static final String FEATURE_SET = "item-affinities";

  private final DecisionLog log;
  private final List<Impression> impressions;

  ReplayDecisions(DecisionLog log, List<Impression> impressions) {
    this.log = log;
    this.impressions = impressions;
  }

  String replay() {
    for (Impression shown : impressions) {
      Offers.untilAccepted(log::log, decision(shown), log::flush);
    }
    Offers.flush(log::flush);
    Ledger ledger = log.ledger();
    return "%,d of %,d logged, %,d of them new"
        .formatted(ledger.stored(), impressions.size(), ledger.stored() - ledger.duplicates());
  }

  private static Decision decision(Impression shown) {
    return Decision.by(AGENT)
        .id(shown.id())
        .decidedAt(shown.at())
        .model(shown.policy().model(), shown.policy().version())
        .action(shown.action())
        .propensity(shown.propensity())
        .features(shown.affinities())
        .featureSet(FEATURE_SET)
        .context("position", Integer.toString(shown.position()))
        .context("user", shown.user())
        .build();
  }
}
