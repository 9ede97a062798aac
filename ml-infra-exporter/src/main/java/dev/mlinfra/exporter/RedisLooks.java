package dev.mlinfra.exporter;

import dev.mlinfra.redis.RedisKeys;
import dev.mlinfra.spi.runtime.Daemons;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.models.stream.PendingMessages;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Memory, eviction, the event stream and its groups; in detail the keys and memory of each name
 * space, by a walk through the keys that stops after a bound: what was not read is taken to be like
 * what was.
 */
final class RedisLooks implements AutoCloseable {
  private static final int MAX_ITEMS = 1_000_000;
  private static final int PAGE = 1_000;
  private static final int WEIGHED = 100;
  private static final int THREADS = 2;
  private static final String COUNT_AFTER =
      "return #redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 10000)";

  private final RedisOptions options;
  private final Clock clock;
  private final ClientResources resources =
      ClientResources.builder()
          .ioThreadPoolSize(THREADS)
          .computationThreadPoolSize(THREADS)
          .threadFactoryProvider(pool -> Daemons.numbered("ml-infra-exporter-" + pool))
          .nettyCustomizer(
              new NettyCustomizer() {
                @Override
                public void afterChannelInitialized(Channel channel) {
                  channel.pipeline().addFirst(new ReplyBound());
                }
              })
          .build();
  private final RedisClient client = RedisClient.create(resources);

  RedisLooks(RedisOptions options, Clock clock) {
    this.options = options;
    this.clock = clock;
    client.setOptions(
        ClientOptions.builder()
            .autoReconnect(false)
            .protocolVersion(ProtocolVersion.RESP2)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .socketOptions(SocketOptions.builder().connectTimeout(options.pace().timeout()).build())
            .build());
  }

  void state(Samples into, Deadline deadline) {
    long start = System.nanoTime();
    try (RedisLook redis = new RedisLook(client, options, deadline)) {
      Map<String, String> info = lines(String.valueOf(redis.<String>ask(c -> c.info())));
      into.add(Metric.REDIS_LATENCY, (System.nanoTime() - start) / 1e9);
      server(info, into);
      String stream = options.stream();
      into.add(Metric.REDIS_STREAM_ENTRIES, redis.number(c -> c.xlen(stream)), stream);
      if (redis.number(c -> c.exists(stream)) > 0) {
        List<Object> groups =
            redis.ask(c -> c.dispatch(CommandType.XINFO, new BoundedLists(), groupsOf(stream)));
        for (Object group : groups == null ? List.of() : groups) {
          group(redis, pairs(group), into);
        }
      }
    }
  }

  void keys(Samples into, Deadline deadline) {
    try (RedisLook redis = new RedisLook(client, options, deadline)) {
      String stream = options.stream();
      long streamBytes = redis.number(c -> c.memoryUsage(stream));
      into.add(Metric.REDIS_STREAM_BYTES, streamBytes, stream);

      Walk walk = walk(redis);
      into.flag(Metric.REDIS_SAMPLE_COMPLETE, walk.complete());
      long all = redis.number(c -> c.dbsize());
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

  private void server(Map<String, String> info, Samples into) {
    String policy = info.getOrDefault("maxmemory_policy", "unknown");
    into.add(Metric.REDIS_INFO, 1, info.getOrDefault("redis_version", "unknown"), policy);
    into.add(Metric.REDIS_USED, number(info, "used_memory"));
    into.add(Metric.REDIS_MAX, number(info, "maxmemory"));
    into.add(Metric.REDIS_BUDGET, options.budgetBytes());
    into.flag(Metric.REDIS_STREAM_SAFE, !policy.startsWith("allkeys-"));
    into.add(Metric.REDIS_EVICTED, number(info, "evicted_keys"));
    into.add(Metric.REDIS_EXPIRED, number(info, "expired_keys"));
    into.add(Metric.REDIS_CLIENTS, number(info, "connected_clients"));
  }

  private void group(RedisLook redis, Map<String, String> group, Samples into) {
    String stream = options.stream();
    String name = group.getOrDefault("name", "");
    into.add(Metric.REDIS_GROUP_CONSUMERS, number(group, "consumers"), stream, name);
    into.add(Metric.REDIS_GROUP_PENDING, number(group, "pending"), stream, name);
    into.add(Metric.REDIS_GROUP_LAG, lag(redis, group), stream, name);
    into.add(Metric.REDIS_GROUP_PENDING_AGE, pendingAge(redis, name), stream, name);
  }

  /** Redis 6 knows no lag, and later ones forget it when entries were deleted. */
  private long lag(RedisLook redis, Map<String, String> group) {
    if (group.getOrDefault("lag", "").matches("\\d+")) {
      return number(group, "lag");
    }
    String last = group.getOrDefault("last-delivered-id", "0-0");
    String[] stream = {options.stream()};
    return redis.number(c -> c.eval(COUNT_AFTER, ScriptOutputType.INTEGER, stream, last));
  }

  /** The summary names the smallest pending id, which begins with the time of its entry. */
  private double pendingAge(RedisLook redis, String group) {
    PendingMessages summary = redis.ask(c -> c.xpending(options.stream(), group));
    String smallest =
        summary == null ? "" : String.valueOf(summary.getMessageIds().getLower().getValue());
    return smallest.matches("\\d{1,15}-\\d+")
        ? Math.max(0, (clock.millis() - Long.parseLong(smallest.split("-", 2)[0])) / 1e3)
        : 0;
  }

  private Walk walk(RedisLook redis) {
    Map<String, Namespace> namespaces = new LinkedHashMap<>();
    RedisKeys.PREFIXES.forEach(prefix -> namespaces.put(prefix, new Namespace()));
    ScanCursor[] at = {ScanCursor.INITIAL};
    long read = 0;
    do {
      KeyScanCursor<String> page = redis.ask(c -> c.scan(at[0], ScanArgs.Builder.limit(PAGE)));
      at[0] = page == null ? ScanCursor.FINISHED : page;
      List<String> keys = page == null ? List.of() : page.getKeys();
      read += keys.size();
      for (String key : keys) {
        namespaces.forEach((prefix, namespace) -> namespace.take(prefix, key));
      }
    } while (!at[0].isFinished() && read < options.maxKeys());
    return new Walk(namespaces, read, at[0].isFinished());
  }

  /** Keys that expire between the walk and here weigh nothing and are left out. */
  private static double meanBytes(RedisLook redis, List<String> keys) {
    return keys.stream()
        .mapToLong(key -> redis.number(c -> c.memoryUsage(key)))
        .filter(bytes -> bytes > 0)
        .average()
        .orElse(0);
  }

  /** What INFO answers. */
  private static Map<String, String> lines(String info) {
    Map<String, String> values = new HashMap<>();
    info.lines()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> values.put(parts[0], parts[1].trim()));
    return values;
  }

  /** What XINFO answers: names and values in turn. */
  private static Map<String, String> pairs(Object reply) {
    Map<String, String> values = new HashMap<>();
    if (reply instanceof List<?> list) {
      for (int i = 0; i + 1 < list.size(); i += 2) {
        values.put(String.valueOf(list.get(i)), String.valueOf(list.get(i + 1)));
      }
    }
    return values;
  }

  private static long number(Map<String, String> values, String key) {
    String digits = values.getOrDefault(key, "");
    return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
  }

  @Override
  public void close() {
    client.shutdown(0, 1, TimeUnit.SECONDS);
    resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
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

  private static CommandArgs<String, String> groupsOf(String stream) {
    return new CommandArgs<>(StringCodec.UTF8).add("GROUPS").addKey(stream);
  }

  /** Lists as long as the server says are made before their items come, so that is bounded. */
  private static final class BoundedLists extends ArrayOutput<String, String> {
    BoundedLists() {
      super(StringCodec.UTF8);
    }

    @Override
    public void multi(int count) {
      if (count > MAX_ITEMS) {
        throw new RedisException("it named a list of " + count + " items");
      }
      super.multi(count);
    }
  }
}
