package dev.mlinfra.monitoring.exporter;

import java.time.Clock;
import java.util.List;
import java.util.Map;

/** Memory, eviction, the event stream and its groups. */
final class RedisProbe extends StateProbe {
  private static final String COUNT_AFTER =
      "return #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 10000)";

  private final RedisOptions options;
  private final Clock clock;

  RedisProbe(RedisOptions options, Clock clock) {
    super("redis", Metric.REDIS_UP, options.pace());
    this.options = options;
    this.clock = clock;
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    try (RedisConnection redis = RedisConnection.open(options, deadline)) {
      Map<String, String> info = RedisInfo.lines(redis.text("INFO"));
      into.add(Metric.REDIS_LATENCY, (System.nanoTime() - start) / 1e9);
      server(info, into);
      String stream = options.stream();
      into.add(Metric.REDIS_STREAM_ENTRIES, redis.number("XLEN", stream), stream);
      if (redis.number("EXISTS", stream) > 0) {
        for (Object row : redis.list("XINFO", "GROUPS", stream)) {
          group(redis, RedisInfo.pairs(row), into);
        }
      }
    }
  }

  private void server(Map<String, String> info, Samples into) {
    String policy = info.getOrDefault("maxmemory_policy", "unknown");
    into.add(Metric.REDIS_INFO, 1, info.getOrDefault("redis_version", "unknown"), policy);
    into.add(Metric.REDIS_USED, RedisInfo.number(info, "used_memory"));
    into.add(Metric.REDIS_MAX, RedisInfo.number(info, "maxmemory"));
    into.add(Metric.REDIS_BUDGET, options.budgetBytes());
    into.flag(Metric.REDIS_STREAM_SAFE, !policy.startsWith("allkeys-"));
    into.add(Metric.REDIS_EVICTED, RedisInfo.number(info, "evicted_keys"));
    into.add(Metric.REDIS_EXPIRED, RedisInfo.number(info, "expired_keys"));
    into.add(Metric.REDIS_CLIENTS, RedisInfo.number(info, "connected_clients"));
  }

  private void group(RedisConnection redis, Map<String, String> group, Samples into) {
    String stream = options.stream();
    String name = group.getOrDefault("name", "");
    into.add(Metric.REDIS_GROUP_CONSUMERS, RedisInfo.number(group, "consumers"), stream, name);
    into.add(Metric.REDIS_GROUP_PENDING, RedisInfo.number(group, "pending"), stream, name);
    into.add(Metric.REDIS_GROUP_LAG, lag(redis, group), stream, name);
    into.add(Metric.REDIS_GROUP_PENDING_AGE, pendingAge(redis, name), stream, name);
  }

  /** Redis 6 knows no lag, and later ones forget it when entries were deleted. */
  private long lag(RedisConnection redis, Map<String, String> group) {
    if (group.getOrDefault("lag", "").matches("\\d+")) {
      return RedisInfo.number(group, "lag");
    }
    String last = group.getOrDefault("last-delivered-id", "0-0");
    return redis.number("EVAL", COUNT_AFTER, "1", options.stream(), last);
  }

  /** The summary names the smallest pending id, which begins with the time of its entry. */
  private double pendingAge(RedisConnection redis, String group) {
    List<?> summary = redis.list("XPENDING", options.stream(), group);
    String smallest = summary.size() > 1 ? summary.get(1).toString() : RedisConnection.NIL;
    return smallest.matches("\\d{1,15}-\\d+")
        ? Math.max(0, (clock.millis() - Long.parseLong(smallest.split("-", 2)[0])) / 1e3)
        : 0;
  }
}
