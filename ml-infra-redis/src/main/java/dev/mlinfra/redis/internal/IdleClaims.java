package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.EventBroker.Entry;
import dev.mlinfra.telemetry.Instrument;
import dev.mlinfra.telemetry.Telemetry;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.models.stream.PendingMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over idle entries, page by page through everything that is pending. Pages come from
 * XPENDING, which knows how often an entry was delivered and which entries have no body any more;
 * XAUTOCLAIM of Redis 6.2 tells neither. Used by one thread.
 */
final class IdleClaims {
  private static final Logger LOG = LoggerFactory.getLogger(IdleClaims.class);
  private static final int EXAMINED_PER_CLAIM = 10;

  /** A consumer without entries is dead after this many times the idle time of an entry. */
  private static final int DEAD_AFTER = 60;

  private final ConsumerGroup group;
  private final Telemetry telemetry;
  private final DeadConsumers deadConsumers;
  private Boundary<String> cursor = Boundary.unbounded();

  IdleClaims(ConsumerGroup group, Telemetry telemetry) {
    this.group = group;
    this.telemetry = telemetry;
    this.deadConsumers = new DeadConsumers(group);
  }

  /** Examines the next page and claims what is idle in it, oldest first. */
  List<Entry> next(Duration minIdle, int count) {
    Map<String, Long> deliveries = idle(minIdle, count);
    if (deliveries.isEmpty()) {
      return new ArrayList<>();
    }
    String[] ids = deliveries.keySet().toArray(String[]::new);
    List<StreamMessage<String, byte[]>> claimed =
        group.call(
            "take-over",
            commands -> commands.xclaim(group.stream(), group.consumer(), minIdle.toMillis(), ids));
    List<Entry> entries = new ArrayList<>(claimed.size());
    for (StreamMessage<String, byte[]> message : claimed) {
      Long before = message.getBody() == null ? null : deliveries.remove(message.getId());
      if (before != null) {
        entries.add(StreamEntries.entry(message, before + 1));
      }
    }
    settleGone(List.copyOf(deliveries.keySet()));
    return entries;
  }

  private Map<String, Long> idle(Duration minIdle, int count) {
    int most = count * EXAMINED_PER_CLAIM;
    Range<String> range = Range.from(cursor, Boundary.unbounded());
    List<PendingMessage> page =
        group.call(
            "look at what is pending",
            commands -> commands.xpending(group.stream(), group.group(), range, Limit.from(most)));
    Map<String, Long> idle = new LinkedHashMap<>();
    String examined = null;
    for (PendingMessage pending : page) {
      if (idle.size() == count) {
        break;
      }
      examined = pending.getId();
      if (pending.getMsSinceLastDelivery() >= minIdle.toMillis()) {
        idle.put(pending.getId(), pending.getRedeliveryCount());
      }
    }
    boolean end = page.size() < most && idle.size() < count;
    cursor = end || examined == null ? Boundary.unbounded() : Boundary.excluding(examined);
    if (end) {
      deadConsumers.remove(minIdle.multipliedBy(DEAD_AFTER));
    }
    return idle;
  }

  /** Of what was not claimed, the rest went to another consumer; without a body it never can. */
  private void settleGone(List<String> unclaimed) {
    if (unclaimed.isEmpty()) {
      return;
    }
    List<List<StreamMessage<String, byte[]>>> bodies =
        group
            .link()
            .pipeline(
                group.subject("look at what is pending"),
                group.budget(),
                connection -> {
                  List<RedisFuture<List<StreamMessage<String, byte[]>>>> sent = new ArrayList<>();
                  for (String id : unclaimed) {
                    sent.add(connection.async().xrange(group.stream(), Range.create(id, id)));
                  }
                  return sent;
                });
    List<String> gone = new ArrayList<>();
    for (int i = 0; i < unclaimed.size(); i++) {
      if (bodies.get(i).isEmpty()) {
        gone.add(unclaimed.get(i));
      }
    }
    if (!gone.isEmpty()) {
      group.ack(gone);
      telemetry.count(Instrument.EVENTS_GONE, gone.size(), group.group());
      LOG.warn(
          "{} pending entries of group {} were deleted from stream {}, the first was {};"
              + " acknowledged unread",
          gone.size(),
          group.group(),
          group.stream(),
          gone.get(0));
    }
  }
}
