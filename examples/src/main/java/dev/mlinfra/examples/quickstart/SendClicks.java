package dev.mlinfra.examples.quickstart;

import dev.mlinfra.buffer.Ledger;
import dev.mlinfra.decision.DecisionLog;
import java.util.List;

/** Sends every click as feedback to the decision that it belongs to. */
final class SendClicks {
  static final String KIND = "click";

  private final DecisionLog log;
  private final List<Click> clicks;

  SendClicks(DecisionLog log, List<Click> clicks) {
    this.log = log;
    this.clicks = clicks;
  }

  /** Those that overtake their decision: feedback may be stored first. */
  String sendEarly() {
    return send(Click.Route.EARLY) + " clicks stored before their decisions";
  }

  String sendRest() {
    long direct = send(Click.Route.DIRECT);
    long late = send(Click.Route.LATE);
    long twice = send(Click.Route.TWICE);
    send(Click.Route.TWICE);
    Ledger ledger = log.feedbackLedger();
    return "%,d more: %d at once, %d late, %d sent twice; %d of %d messages were new"
        .formatted(
            direct + late + twice,
            direct,
            late,
            twice,
            ledger.stored() - ledger.duplicates(),
            ledger.offered());
  }

  private long send(Click.Route route) {
    List<Click> some = clicks.stream().filter(click -> click.route() == route).toList();
    some.forEach(click -> Offers.untilAccepted(log::feedback, click.feedback(), log::flush));
    Offers.flush(log::flush);
    return some.size();
  }
}
