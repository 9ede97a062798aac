package dev.mlinfra.redis.internal;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.time.Duration;

/**
 * How many keys each name space holds, by one walk through all keys that stops after a bound.
 *
 * @param features keys of feature rows, without the sample
 * @param decisions keys of recent decisions
 * @param models keys of models
 * @param complete false when the walk stopped early and the counts are too low
 */
record KeyCounts(long features, long decisions, long models, boolean complete) {
  private static final int PAGE = 5_000;
  private static final long BUDGET_NANOS = Duration.ofSeconds(5).toNanos();

  static KeyCounts read(RedisLink link, Duration budget) {
    ScanArgs args = ScanArgs.Builder.limit(PAGE).match("ml:*");
    long stopAt = System.nanoTime() + BUDGET_NANOS;
    long features = 0;
    long decisions = 0;
    long models = 0;
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ScanCursor from = cursor;
      KeyScanCursor<String> page =
          link.call("count of keys", budget, commands -> commands.scan(from, args));
      for (String key : page.getKeys()) {
        features += key.startsWith(Keys.FEATURES) && !key.equals(Keys.SAMPLE) ? 1 : 0;
        decisions += key.startsWith(Keys.DECISIONS) ? 1 : 0;
        models += key.startsWith(Keys.MODELS) ? 1 : 0;
      }
      cursor = page;
    } while (!cursor.isFinished() && System.nanoTime() < stopAt);
    return new KeyCounts(features, decisions, models, cursor.isFinished());
  }
}
