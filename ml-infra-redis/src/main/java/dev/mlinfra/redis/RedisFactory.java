package dev.mlinfra.redis;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;

/**
 * Makes {@link Redis} from the section {@code redis}: {@code url} and, as they are needed, {@code
 * user}, {@code password} or {@code password_file}, {@code allow_plaintext}, {@code
 * trust_certificates}, {@code resp}, {@code connect_timeout}, {@code command_timeout}, {@code
 * request_queue_size}, {@code stream}, {@code stream_retention}, {@code max_memory_bytes}, {@code
 * decision_ttl}. Thread-safe.
 *
 * @since 0.1
 */
public final class RedisFactory implements ModuleFactory {
  /**
   * Called by the service loader.
   *
   * @since 0.1
   */
  public RedisFactory() {}

  @Override
  public String section() {
    return "redis";
  }

  @Override
  public InfraModule create(Settings settings) {
    return Redis.at(settings.required("url")).read(settings);
  }
}
