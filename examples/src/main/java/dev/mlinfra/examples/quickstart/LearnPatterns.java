package dev.mlinfra.examples.quickstart;

import dev.mlinfra.MlInfra;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Delivery;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.pattern.LearnedPattern;
import dev.mlinfra.pattern.PatternObservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Publishes one event for each decision and learns from them, as a processor of the group {@code
 * ml-processors}, how often each item was shown and clicked.
 */
final class LearnPatterns {
  static final String KIND = "item";
  static final String IMPRESSIONS = "impressions";
  static final String CLICKS = "clicks";

  private static final String SHOWN = "item.shown";
  private static final int MOST_ITEMS = 1_000;
  private static final int BATCH = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double PRIOR_IMPRESSIONS = 250;

  private final MlInfra ml;
  private final OpenBanditData data;
  private int published;
  private long deadLettered;

  LearnPatterns(MlInfra ml, OpenBanditData data) {
    this.ml = ml;
    this.data = data;
  }

  String learn() {
    int total = data.impressions().size();
    if (sum(IMPRESSIONS) < total) {
      ConsumerOptions options = ConsumerOptions.builder().batchSize(BATCH).build();
      try (EventConsumer processor =
          ml.events().consume(EventStreams.DEFAULT_GROUP, options, this::count)) {
        publish();
        awaitConsumption(processor);
        deadLettered = processor.progress().deadLettered();
      }
    }
    describe();
    return "%,d published, %,d impressions and %d clicks learned in %d patterns"
        .formatted(published, sum(IMPRESSIONS), sum(CLICKS), patterns().size());
  }

  /** How many events were published in this run; what was learned before is not learned again. */
  int published() {
    return published;
  }

  long deadLettered() {
    return deadLettered;
  }

  List<LearnedPattern> patterns() {
    return ml.patterns().list(KIND, MOST_ITEMS);
  }

  long sum(String counter) {
    return Math.round(
        patterns().stream().mapToDouble(p -> p.counters().getOrDefault(counter, 0.0)).sum());
  }

  private void publish() {
    for (Impression shown : data.impressions()) {
      Event event =
          Event.of(SHOWN, shown.action())
              .id(shown.id())
              .at(shown.at())
              .field("policy", shown.policy().model())
              .field("clicked", shown.clicked() ? "1" : "0");
      Offers.untilAccepted(ml.events()::publish, event, ml.events()::flush);
    }
    Offers.flush(ml.events()::flush);
    published = data.impressions().size();
  }

  /**
   * Called again with the same events after a failure: each counts once for its pattern. The stream
   * may have events of others too.
   */
  private void count(List<Delivery> batch) {
    ml.patterns()
        .accumulate(
            batch.stream()
                .map(Delivery::event)
                .filter(event -> event.type().equals(SHOWN))
                .map(this::observation)
                .toList());
  }

  private PatternObservation observation(Event event) {
    double clicks = Double.parseDouble(event.fields().getOrDefault("clicked", "0"));
    return new PatternObservation(
        event.id(), KIND, event.key(), Map.of(IMPRESSIONS, 1.0, CLICKS, clicks));
  }

  private void awaitConsumption(EventConsumer processor) {
    if (!Await.until(PATIENCE, () -> isConsumed(processor.progress()))) {
      throw new QuickStartException(
          "%,d events were published but in %d s the consumer came to %s"
              .formatted(published, PATIENCE.toSeconds(), processor.progress()));
    }
  }

  private boolean isConsumed(EventConsumer.Progress progress) {
    return progress.handled() + progress.deadLettered() >= published
        && sum(IMPRESSIONS) + progress.deadLettered() >= published;
  }

  /** Gives every pattern its embedding and, as confidence, its smoothed click rate. */
  private void describe() {
    Map<String, Item> items = new HashMap<>();
    data.items().forEach(item -> items.put(item.action(), item));
    double rate = (double) sum(CLICKS) / sum(IMPRESSIONS);
    List<LearnedPattern> described = new ArrayList<>();
    for (LearnedPattern pattern : patterns()) {
      Item item = items.get(pattern.key());
      if (item != null) {
        double clicks = pattern.counters().getOrDefault(CLICKS, 0.0);
        double smoothed =
            (clicks + PRIOR_IMPRESSIONS * rate) / (pattern.support() + PRIOR_IMPRESSIONS);
        described.add(pattern.support(pattern.support(), smoothed).embedding(item.embedding()));
      }
    }
    ml.patterns().put(described);
  }
}
