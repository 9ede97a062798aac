package dev.mlinfra.redis.internal;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.spi.EventBroker.Entry;
import dev.mlinfra.spi.EventBroker.Subscription;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a group on a connection of its own and makes the group again when the server lost it. */
final class GroupSubscription implements Subscription {
  private static final Logger LOG = LoggerFactory.getLogger(GroupSubscription.class);
  private static final Set<String> GROUP_LOST = Set.of("NOGROUP", "UNBLOCKED");

  private final ConsumerGroup group;
  private final IdleClaims claims;
  private final GroupPosition position = new GroupPosition();

  GroupSubscription(ConsumerGroup group, IdleClaims claims) {
    this.group = group;
    this.claims = claims;
  }

  @Override
  public List<Entry> read(int count, Duration block) {
    List<StreamMessage<String, byte[]>> messages =
        inGroup(() -> fresh(count, Math.max(1, block.toMillis())));
    List<Entry> entries = new ArrayList<>(messages.size());
    for (StreamMessage<String, byte[]> message : messages) {
      entries.add(StreamEntries.entry(message, 1));
    }
    return delivered(entries);
  }

  @SuppressWarnings("unchecked") // an array of one offset, made for the driver's varargs
  private List<StreamMessage<String, byte[]>> fresh(int count, long blockMillis) {
    XReadArgs args = XReadArgs.Builder.count(count).block(blockMillis);
    StreamOffset<String> fresh = StreamOffset.lastConsumed(group.stream());
    return group
        .link()
        .call(
            group.subject("read"),
            group.budget().plusMillis(blockMillis),
            commands -> commands.xreadgroup(group.consumer(), args, fresh));
  }

  @Override
  public List<Entry> claim(Duration minIdle, int count) {
    return delivered(inGroup(() -> claims.next(minIdle, count)));
  }

  private List<Entry> delivered(List<Entry> entries) {
    entries.forEach(entry -> position.delivered(StreamId.parse(entry.id())));
    return entries;
  }

  @Override
  public void ack(List<String> entryIds) {
    group.ack(entryIds);
    position.acknowledged(entryIds);
  }

  @Override
  public void close() {
    try {
      if (group.link().connected()) {
        group.remove(group.name());
      }
    } catch (RuntimeException e) {
      LOG.debug("consumer {} stays in its group: {}", group.name(), e.getMessage());
    } finally {
      group.link().close();
    }
  }

  private <T> T inGroup(Supplier<T> action) {
    try {
      return action.get();
    } catch (UnavailableException e) {
      if (e.getCause() == null || !GROUP_LOST.contains(RedisErrors.code(e.getCause()))) {
        throw e;
      }
      restore();
      return action.get();
    }
  }

  /**
   * Starts the group behind what was delivered and acknowledged. A stream whose newest id is older
   * than that is another stream, of which nothing was delivered yet.
   */
  private void restore() {
    boolean known = position.last().compareTo(StreamId.ZERO) > 0;
    if (known && newest().compareTo(position.last()) < 0) {
      position.restart();
    }
    StreamId after = position.resumeAfter();
    ConsumerGroup.create(
        group.link(),
        group.subject("creation"),
        group.budget(),
        group.stream(),
        group.group(),
        after);
    if (known) {
      LOG.warn(
          "group {} of stream {} was gone at redis '{}' and starts again after {}; events may come"
              + " twice",
          group.group(),
          group.stream(),
          group.link().server(),
          after);
    }
  }

  private StreamId newest() {
    List<StreamMessage<String, byte[]>> newest =
        group.call(
            "look at the end",
            commands -> commands.xrevrange(group.stream(), Range.unbounded(), Limit.from(1)));
    return newest.isEmpty() ? StreamId.ZERO : StreamId.parse(newest.get(0).getId());
  }
}
