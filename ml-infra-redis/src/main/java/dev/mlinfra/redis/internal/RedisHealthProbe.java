package dev.mlinfra.redis.internal;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.health.ComponentHealth;
import dev.mlinfra.health.ComponentHealth.Status;
import dev.mlinfra.health.InventoryItem;
import dev.mlinfra.spi.HealthProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks the server how it is, writes the sample key and counts what is ours. */
final class RedisHealthProbe implements HealthProbe {
  private final RedisLink quick;
  private final RedisLink link;
  private final RedisOptions options;

  /** Checks on a link that keeps to the budget and counts on one that can wait. */
  RedisHealthProbe(RedisLink quick, RedisLink link, RedisOptions options) {
    this.quick = quick;
    this.link = link;
    this.options = options;
  }

  @Override
  public String component() {
    return RedisParts.NAME;
  }

  @Override
  public ComponentHealth check(Duration budget) {
    long start = System.nanoTime();
    try {
      quick.call("health check", budget, commands -> commands.ping());
    } catch (MlInfraException e) {
      return health(Status.DOWN, String.valueOf(e.getMessage()), start);
    }
    try {
      ServerInfo info = ServerInfo.read(quick, "look at the server", left(budget, start));
      SampleKey.write(link, left(budget, start)); // so that a lost link for writes shows
      Optional<String> note =
          info.fault(options.maxMemoryBytes()).or(() -> info.warning(options.maxMemoryBytes()));
      return note.isPresent()
          ? health(Status.DEGRADED, info.describe() + "; " + note.get(), start)
          : health(Status.UP, info.describe(), start);
    } catch (MlInfraException e) {
      return health(Status.DEGRADED, String.valueOf(e.getMessage()), start);
    }
  }

  private static Duration left(Duration budget, long start) {
    return budget.minusNanos(System.nanoTime() - start);
  }

  private static ComponentHealth health(Status status, String detail, long start) {
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return new ComponentHealth(RedisParts.NAME, status, detail, took);
  }

  @Override
  public List<InventoryItem> inventory() {
    Duration timeout = options.commandTimeout();
    String stream = options.stream();
    List<InventoryItem> items = new ArrayList<>();
    long entries = link.call("length of '" + stream + "'", timeout, c -> c.xlen(stream));
    items.add(item(stream, entries, "entries"));
    if (link.call("look for '" + stream + "'", timeout, c -> c.exists(stream)) > 0) {
      for (GroupInfo group : GroupInfo.read(link, timeout, stream)) {
        items.add(item(group.name() + " pending", group.pending(), "entries"));
        items.add(item(group.name() + " lag", group.lag(link, timeout, stream), "entries"));
      }
    }
    KeyCounts keys = KeyCounts.read(link, timeout);
    String unit = keys.complete() ? "keys" : "keys or more";
    items.add(item(Keys.FEATURES + "*", keys.features(), unit));
    items.add(item(Keys.DECISIONS + "*", keys.decisions(), unit));
    items.add(item(Keys.MODELS + "*", keys.models(), unit));
    items.add(item("used memory", ServerInfo.read(link, "memory", timeout).usedBytes(), "bytes"));
    return items;
  }

  private static InventoryItem item(String name, long value, String unit) {
    return new InventoryItem(RedisParts.NAME, name, value, unit);
  }
}
