package dev.mlinfra.monitoring.exporter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys and memory of each name space, by a walk through the keys that stops after a bound; what was
 * not read is taken to be like what was.
 */
final class RedisKeysProbe extends DetailProbe {
  private static final List<String> NAMESPACES =
      List.of("ml:features:", "ml:decisions:", "ml:models:");
  private static final int PAGE = 1_000;
  private static final int WEIGHED = 100;

  private final RedisOptions options;

  RedisKeysProbe(RedisOptions options) {
    super("redis-keys", options.pace());
    this.options = options;
  }

  @Override
  public void collect(Samples into, Deadline deadline) {
    try (RedisConnection redis = RedisConnection.open(options, deadline)) {
      String stream = options.stream();
      long streamBytes = redis.number("MEMORY", "USAGE", stream);
      into.add(Metric.REDIS_STREAM_BYTES, streamBytes, stream);

      Walk walk = walk(redis);
      into.flag(Metric.REDIS_SAMPLE_COMPLETE, walk.complete());
      long all = redis.number("DBSIZE");
      double scale = walk.complete() || walk.read() == 0 ? 1 : (double) all / walk.read();
      double sum = (double) streamBytes;
      for (Map.Entry<String, Namespace> entry : walk.namespaces().entrySet()) {
        String label = entry.getKey() + "*";
        Namespace namespace = entry.getValue();
        double keys = Math.rint(namespace.count * Math.max(1, scale));
        double bytes = Math.rint(keys * meanBytes(redis, namespace.some));
        into.add(Metric.REDIS_NAMESPACE_KEYS, keys, label);
        into.add(Metric.REDIS_NAMESPACE_BYTES, bytes, label);
        sum += bytes;
      }
      into.add(Metric.REDIS_ML_BYTES, sum);
    }
  }

  private Walk walk(RedisConnection redis) {
    Map<String, Namespace> namespaces = new LinkedHashMap<>();
    NAMESPACES.forEach(prefix -> namespaces.put(prefix, new Namespace()));
    String cursor = "0";
    long read = 0;
    do {
      List<?> page = redis.list("SCAN", cursor, "COUNT", Integer.toString(PAGE));
      cursor = page.isEmpty() ? "0" : page.get(0).toString();
      List<?> keys = page.size() > 1 && page.get(1) instanceof List<?> list ? list : List.of();
      read += keys.size();
      for (Object key : keys) {
        namespaces.forEach((prefix, namespace) -> namespace.take(prefix, key.toString()));
      }
    } while (!cursor.equals("0") && read < options.maxKeys());
    return new Walk(namespaces, read, cursor.equals("0"));
  }

  /** Keys that expire between the walk and here weigh nothing and are left out. */
  private static double meanBytes(RedisConnection redis, List<String> keys) {
    return keys.stream()
        .mapToLong(key -> redis.number("MEMORY", "USAGE", key))
        .filter(bytes -> bytes > 0)
        .average()
        .orElse(0);
  }

  private record Walk(Map<String, Namespace> namespaces, long read, boolean complete) {}

  private static final class Namespace {
    private final List<String> some = new ArrayList<>();
    private long count;

    private void take(String prefix, String key) {
      if (key.startsWith(prefix)) {
        count++;
        if (some.size() < WEIGHED) {
          some.add(key);
        }
      }
    }
  }
}
