package dev.mlinfra.examples.quickstart;

import dev.mlinfra.decision.Feedback;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A click and how its message travels. In life some messages overtake the decision they belong to,
 * some are late and some arrive twice, so some do here, always the same ones.
 *
 * @param shown what was clicked
 * @param route how the message travels
 */
record Click(Impression shown, Route route) {
  private static final Duration LATE = Duration.ofHours(6);

  /** How the message of a click travels. */
  enum Route {
    DIRECT,
    /** Arrives before the decision is stored. */
    EARLY,
    /** Is observed hours later. */
    LATE,
    /** Is sent twice. */
    TWICE
  }

  static List<Click> of(List<Impression> impressions) {
    List<Click> clicks = new ArrayList<>();
    for (Impression shown : impressions) {
      if (shown.clicked()) {
        clicks.add(new Click(shown, route(clicks.size())));
      }
    }
    return List.copyOf(clicks);
  }

  Instant observedAt() {
    return route == Route.LATE ? shown.at().plus(LATE) : shown.at();
  }

  /** The same message has the same id, however often it is sent. */
  Feedback feedback() {
    return Feedback.of(shown.id(), 1.0).kind(SendClicks.KIND).observedAt(observedAt());
  }

  private static Route route(int number) {
    return switch (number % 10) {
      case 0 -> Route.EARLY;
      case 3 -> Route.LATE;
      case 6 -> Route.TWICE;
      default -> Route.DIRECT;
    };
  }
}
