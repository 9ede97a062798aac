package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.EventBroker;
import dev.mlinfra.spi.ModelPointers;
import dev.mlinfra.spi.OnlineStore;
import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.RecentDecisions;
import dev.mlinfra.spi.StreamAdmin;
import dev.mlinfra.spi.Wiring;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the parts together. Quick reads, writes, the cache of decisions and the look at the pause
 * keys have a connection each, so that none waits behind the other; so has every subscription.
 * Public to cross to the front class only.
 */
public final class RedisParts {
  /** What messages and health reports call it. */
  public static final String NAME = "redis";

  private static final Logger LOG = LoggerFactory.getLogger(RedisParts.class);

  private RedisParts() {}

  /** Makes all parts; connects nothing. */
  public static void open(RedisOptions options, Wiring wiring) {
    if (options.host().isEmpty() && !options.address().tls()) {
      LOG.warn("redis '{}' is used without TLS; write rediss:// to encrypt", options.shown());
    }
    Duration budget = options.commandTimeout();
    RedisClients clients = new RedisClients(options, wiring.service());
    wiring.onClose(clients);
    RedisLink reads = clients.link("reads", LinkTiming.quick(options));
    RedisLink writes = clients.link("writes", LinkTiming.patient(options));
    RedisLink cache = clients.link("cache", LinkTiming.quick(options));
    wiring.onClose(reads);
    wiring.onClose(writes);
    RedisLink control = clients.link("control", LinkTiming.watching());
    wiring.onClose(cache);
    wiring.onClose(control);

    wiring.provide(OnlineStore.class, new RedisOnlineStore(reads, writes, budget, wiring.clock()));
    wiring.provide(
        EventBroker.class,
        new RedisEventBroker(
            new StreamAppender(writes, options.stream(), budget),
            new StreamTrim(
                writes,
                options.stream(),
                options.get(RedisOptions.STREAM_RETENTION),
                budget,
                wiring.clock()),
            () -> clients.link("consumer", LinkTiming.blocking()),
            options.stream(),
            budget,
            wiring.telemetry()));
    wiring.provide(StreamAdmin.class, new RedisStreamAdmin(writes, options));
    wiring.provide(ModelPointers.class, new RedisModelPointers(writes, budget));
    wiring.provide(
        RecentDecisions.class,
        new RedisRecentDecisions(
            reads,
            cache,
            options.get(RedisOptions.DECISION_TTL),
            options.get(RedisOptions.REQUEST_QUEUE_SIZE) / 2));
    wiring.provide(PauseSignal.class, new RedisPauseSignal(control, wiring.service()));
    wiring.probe(new RedisHealthProbe(reads, writes, options));
  }
}
