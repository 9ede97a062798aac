package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.OnFirstUse;
import dev.mlinfra.spi.runtime.Daemons;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;

/** Where all links of a module come from. The driver is loaded when the first of them connects. */
final class RedisClients implements AutoCloseable {
  private final RedisOptions options;
  private final String service;
  private final OnFirstUse<RedisDriver> driver;
  private final ThreadPoolExecutor connector =
      Daemons.pool(Daemons.numbered("ml-infra-redis-connect"), 1, new LinkedBlockingQueue<>());

  /** Opens nothing. */
  RedisClients(RedisOptions options, String service) {
    this.options = options;
    this.service = service;
    this.driver = new OnFirstUse<>(() -> new RedisDriver(options), made -> made.close());
  }

  /** A link of its own for a purpose, which the server lists as the client's name. */
  RedisLink link(String purpose, LinkTiming timing) {
    String name = "ml-infra-" + service + "-" + purpose;
    return new RedisLink(
        () ->
            options
                .host()
                .map(host -> connect(host, name))
                .orElseGet(() -> driver.get("a connection").connect(name)),
        options.shown(),
        connector,
        timing);
  }

  /** Blocks, since only the client itself knows its address; on the thread that connects. */
  private static CompletableFuture<StatefulRedisConnection<String, byte[]>> connect(
      RedisClient host, String name) {
    StatefulRedisConnection<String, byte[]> connection = host.connect(RedisDriver.CODEC);
    RedisFuture<String> ignored = connection.async().clientSetname(name);
    return CompletableFuture.completedFuture(connection);
  }

  @Override
  public void close() {
    connector.shutdown();
    driver.close();
  }
}
