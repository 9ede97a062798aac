package dev.mlinfra.redis.internal;

import dev.mlinfra.event.Event;
import dev.mlinfra.spi.Written;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Appends events, and after a failure only those that are not there yet: everything that the failed
 * attempts may have added lies behind the last entry known before the first of them. Used by one
 * thread at a time.
 */
final class StreamAppender {
  private static final int WINDOW = 500;
  private static final int PAGE = 1_000;

  private final RedisLink link;
  private final String stream;
  private final Duration budget;
  private @Nullable StreamId last;
  private @Nullable StreamId floor;

  StreamAppender(RedisLink link, String stream, Duration budget) {
    this.link = link;
    this.stream = stream;
    this.budget = budget;
  }

  Written append(List<Event> batch, boolean firstAttempt) {
    String subject = "append of " + batch.size() + " events to stream '" + stream + "'";
    Set<UUID> present = Set.of();
    StreamId known = floor;
    if (firstAttempt) {
      floor = null;
      floor = last == null ? newest(subject) : last;
    } else if (known == null) {
      floor = newest(subject);
    } else {
      present = lookBack(subject, known, batch);
    }
    Set<UUID> seen = new HashSet<>(present);
    List<Event> missing = batch.stream().filter(event -> seen.add(event.id())).toList();
    for (int from = 0; from < missing.size(); from += WINDOW) {
      add(subject, missing.subList(from, Math.min(from + WINDOW, missing.size())));
    }
    return new Written(missing.size(), batch.size() - missing.size());
  }

  private void add(String subject, List<Event> window) {
    Batch batch = new Batch();
    window.forEach(event -> batch.xadd(stream, StreamEntries.fields(event)));
    List<String> ids = link.pipeline(subject, budget, batch::send);
    last = StreamId.parse(ids.get(ids.size() - 1));
  }

  private StreamId newest(String subject) {
    List<StreamMessage<String, byte[]>> newest =
        link.call(
            subject,
            budget,
            commands -> commands.xrevrange(stream, Range.unbounded(), Limit.from(1)));
    return newest.isEmpty() ? StreamId.ZERO : StreamId.parse(newest.get(0).getId());
  }

  private Set<UUID> lookBack(String subject, StreamId after, List<Event> batch) {
    Set<UUID> wanted = batch.stream().map(Event::id).collect(Collectors.toSet());
    Set<UUID> found = new HashSet<>();
    Boundary<String> from = Boundary.excluding(after.toString());
    while (found.size() < wanted.size()) {
      Range<String> range = Range.from(from, Boundary.unbounded());
      List<StreamMessage<String, byte[]>> page =
          link.call(subject, budget, commands -> commands.xrange(stream, range, Limit.from(PAGE)));
      for (StreamMessage<String, byte[]> message : page) {
        UUID id = StreamEntries.eventId(message);
        if (id != null && wanted.contains(id)) {
          found.add(id);
        }
      }
      if (page.size() < PAGE) {
        break;
      }
      from = Boundary.excluding(page.get(page.size() - 1).getId());
    }
    return found;
  }
}
