package dev.mlinfra.redis.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops, now and then, the oldest entries that every group has finished, and keeps the newest ones
 * in any case. Used by one thread at a time.
 */
final class StreamTrim {
  private static final Logger LOG = LoggerFactory.getLogger(StreamTrim.class);
  private static final Duration PERIOD = Duration.ofMinutes(1);
  private static final int STEP = 10_000;

  /** The server drops whole nodes of this many entries and leaves a smaller rest alone. */
  private static final int NODE = 100;

  private static final int STEPS = 100;

  private final RedisLink link;
  private final String stream;
  private final long retention;
  private final Duration budget;
  private final Clock clock;
  private final long everyEntries;
  private long appended;
  private Instant last = Instant.EPOCH;

  StreamTrim(RedisLink link, String stream, long retention, Duration budget, Clock clock) {
    this.link = link;
    this.stream = stream;
    this.retention = retention;
    this.budget = budget;
    this.clock = clock;
    this.everyEntries = Math.max(NODE, Math.min(retention / 10, STEP));
  }

  /** Counts what was appended and trims when it is time; a failure is tried again next time. */
  void after(int entries) {
    appended += entries;
    Instant now = clock.instant();
    boolean quiet = Duration.between(last, now).abs().compareTo(PERIOD) < 0;
    if (appended == 0 || (appended < everyEntries && quiet)) {
      return;
    }
    appended = 0;
    last = now;
    try {
      long removed = run();
      if (removed > 0) {
        LOG.debug("{} finished entries of stream {} dropped", removed, stream);
      }
    } catch (RuntimeException e) {
      LOG.warn("stream {} could not be trimmed: {}", stream, e.getMessage());
    }
  }

  /** Trims in steps that do not hold the server up for long. */
  long run() {
    long removed = 0;
    for (int step = 0; step < STEPS; step++) {
      long now =
          Script.TRIM.run(
              link,
              "trim of stream '" + stream + "'",
              budget,
              List.of(stream),
              TextFields.utf8(Long.toString(retention)),
              TextFields.utf8(Integer.toString(STEP)));
      removed += now;
      if (now < STEP - NODE) {
        break;
      }
    }
    return removed;
  }
}
