package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.OnFirstUse;
import dev.mlinfra.spi.runtime.Daemons;
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
        () -> driver.get("a connection").connect(name),
        options.address().shown(),
        connector,
        timing);
  }

  @Override
  public void close() {
    connector.shutdown();
    driver.close();
  }
}
