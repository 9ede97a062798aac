package dev.mlinfra.redis.internal;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.Written;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.telemetry.Telemetry;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The event stream and its groups. */
final class RedisEventBroker implements EventBroker {
  private final StreamAppender appender;
  private final StreamTrim trim;
  private final Supplier<RedisLink> links;
  private final String stream;
  private final Duration budget;
  private final Telemetry telemetry;

  /** Takes a source of links, one for each subscription. */
  RedisEventBroker(
      StreamAppender appender,
      StreamTrim trim,
      Supplier<RedisLink> links,
      String stream,
      Duration budget,
      Telemetry telemetry) {
    this.appender = appender;
    this.trim = trim;
    this.links = links;
    this.stream = stream;
    this.budget = budget;
    this.telemetry = telemetry;
  }

  @Override
  public Written append(List<Event> batch, boolean firstAttempt) {
    Written written = appender.append(batch, firstAttempt);
    trim.after(written.inserted());
    return written;
  }

  @Override
  public Subscription subscribe(String group, String consumer) {
    ConsumerGroup named =
        new ConsumerGroup(
            links.get(),
            stream,
            NameRule.LABEL.require("consumer.group", group),
            NameRule.LABEL.require("consumer.name", consumer),
            budget);
    return new GroupSubscription(named, new IdleClaims(named, telemetry));
  }
}
