package dev.mlinfra.postgres.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Minutes as numbers since 1970, and the spans of time that cover them. */
final class TouchedMinutes {
  private static final long SECONDS = 60;
  private static final long MERGE_GAP = 5;

  /** From the first instant to before the second. */
  record Span(Instant from, Instant to) {}

  private TouchedMinutes() {}

  static long of(Instant at) {
    return of(at.getEpochSecond());
  }

  static long of(long epochSecond) {
    return Math.floorDiv(epochSecond, SECONDS);
  }

  /** Covers the minutes by few spans: near ones share one, since each costs a scan of its own. */
  static List<Span> spans(Collection<Long> minutes) {
    long[] sorted = minutes.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    List<Span> spans = new ArrayList<>();
    for (int first = 0, i = 0; i < sorted.length; i++) {
      if (i + 1 == sorted.length || sorted[i + 1] - sorted[i] > MERGE_GAP) {
        spans.add(new Span(start(sorted[first]), start(sorted[i] + 1)));
        first = i + 1;
      }
    }
    return spans;
  }

  private static Instant start(long minute) {
    return Instant.ofEpochSecond(minute * SECONDS);
  }
}
