package dev.mlinfra.examples;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.event.ConsumerOptions;
import dev.mlinfra.event.Delivery;
import dev.mlinfra.event.Event;
import dev.mlinfra.event.EventConsumer;
import dev.mlinfra.pattern.PatternObservation;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** Publishes events and learns from them; one that no handler can take becomes a dead letter. */
public final class ConsumeEvents {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ConsumeEvents() {}

  /**
   * Runs it on a PostgreSQL and a Redis of its own.
   *
   * @param args not used
   */
  public static void main(String[] args) {
    try (EmbeddedStack servers = EmbeddedStack.start()) {
      run(servers.config("consume-events"), System.out);
    }
  }

  static void run(MlInfraConfig.Builder config, PrintStream out) {
    try (MlInfra ml = MlInfra.connect(config.build())) {
      ml.ensureSchema().ensureStreams();
      // region publish
      ml.events().publish(Event.of("page.viewed", "home").field("seconds", "12"));
      ml.events().publish(Event.of("page.viewed", "cart").field("seconds", "40"));
      ml.events().publish(Event.of("page.viewed", "home").field("seconds", "a while"));
      // endregion

      // region consume
      ConsumerOptions options =
          ConsumerOptions.builder()
              .maxAttempts(3)
              .backoff(Duration.ofMillis(50), Duration.ofMillis(200))
              .build();
      EventConsumer consumer =
          ml.events().consume("page-readers", options, batch -> learn(ml, batch));
      // endregion

      awaitEvents(consumer, 3);
      consumer.close();
      EventConsumer.Progress progress = consumer.progress();
      out.println("handled " + progress.handled() + ", dead letters " + progress.deadLettered());
      ml.patterns()
          .list("page", 10)
          .forEach(page -> out.println(page.key() + " " + new TreeMap<>(page.counters())));
    }
  }

  // region handler
  private static void learn(MlInfra ml, List<Delivery> batch) {
    List<PatternObservation> seen = batch.stream().map(ConsumeEvents::observation).toList();
    ml.patterns().accumulate(seen); // an event that comes again adds nothing
  }

  // endregion

  private static PatternObservation observation(Delivery delivery) {
    Event event = delivery.event();
    double seconds = Double.parseDouble(event.fields().getOrDefault("seconds", "0"));
    return new PatternObservation(
        event.id(), "page", event.key(), Map.of("views", 1.0, "seconds", seconds));
  }

  private static void awaitEvents(EventConsumer consumer, long count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (consumer.progress().handled() + consumer.progress().deadLettered() < count
        && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
