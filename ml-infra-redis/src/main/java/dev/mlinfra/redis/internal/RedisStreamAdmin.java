package dev.mlinfra.redis.internal;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.event.EventStreams;
import dev.mlinfra.spi.StreamAdmin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the stream, the group of the processors and the sample key, on a server that keeps them.
 */
final class RedisStreamAdmin implements StreamAdmin {
  private static final Logger LOG = LoggerFactory.getLogger(RedisStreamAdmin.class);

  private final RedisLink link;
  private final RedisOptions options;

  RedisStreamAdmin(RedisLink link, RedisOptions options) {
    this.link = link;
    this.options = options;
  }

  @Override
  public void ensure() {
    try {
      checkServer();
      ConsumerGroup.create(
          link,
          "creation of stream '%s'".formatted(options.stream()),
          options.commandTimeout(),
          options.stream(),
          EventStreams.DEFAULT_GROUP,
          StreamId.ZERO);
      SampleKey.write(link, options.commandTimeout());
    } catch (MlInfraException e) {
      throw RedisErrors.atStart(e);
    }
  }

  private void checkServer() {
    ServerInfo info;
    try {
      info = ServerInfo.read(link, "look at the server", options.commandTimeout());
    } catch (MlInfraException e) {
      if (!RedisErrors.forbidden(e)) {
        throw e;
      }
      LOG.warn("memory of redis '{}' stays unchecked: {}", link.server(), e.getMessage());
      return;
    }
    info.fault(options.maxMemoryBytes())
        .ifPresent(
            fault -> {
              throw new ConfigException(fault);
            });
    info.warning(options.maxMemoryBytes()).ifPresent(warning -> LOG.warn("{}", warning));
  }
}
