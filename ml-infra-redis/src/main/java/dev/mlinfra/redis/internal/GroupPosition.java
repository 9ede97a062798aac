package dev.mlinfra.redis.internal;

import java.util.Collection;
import java.util.TreeSet;

/**
 * How far one subscription got, so that a group that the server lost is made again without skipping
 * what was delivered and not acknowledged. Used by one thread.
 */
final class GroupPosition {
  /**
   * More than any consumer holds; entries that another one took over are never acknowledged here.
   */
  private static final int MAX_OPEN = 100_000;

  private final TreeSet<StreamId> open = new TreeSet<>();
  private StreamId last = StreamId.ZERO;

  void delivered(StreamId id) {
    open.add(id);
    if (open.size() > MAX_OPEN) {
      open.remove(open.first());
    }
    if (id.compareTo(last) > 0) {
      last = id;
    }
  }

  void acknowledged(Collection<String> ids) {
    ids.forEach(id -> open.remove(StreamId.parse(id)));
  }

  /** Forgets everything, for a stream that began anew. */
  void restart() {
    open.clear();
    last = StreamId.ZERO;
  }

  /** The newest id that was delivered. */
  StreamId last() {
    return last;
  }

  /** After which id a new group must start to deliver again what is open. */
  StreamId resumeAfter() {
    return open.isEmpty() ? last : open.first().previous();
  }
}
