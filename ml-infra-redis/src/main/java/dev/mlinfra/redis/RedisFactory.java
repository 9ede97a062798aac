package dev.mlinfra.redis;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;
import java.nio.file.Path;

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
    Redis redis = Redis.at(settings.required("url"));
    redis = settings.text("user").map(redis::user).orElse(redis);
    redis = settings.secret("password").map(redis::password).orElse(redis);
    redis = settings.flag("allow_plaintext").orElse(false) ? redis.allowPlaintext() : redis;
    redis =
        settings
            .text("trust_certificates")
            .map(Path::of)
            .map(redis::trustCertificates)
            .orElse(redis);
    redis = settings.number("resp").map(RedisFactory::toInt).map(redis::resp).orElse(redis);
    redis = settings.duration("connect_timeout").map(redis::connectTimeout).orElse(redis);
    redis = settings.duration("command_timeout").map(redis::commandTimeout).orElse(redis);
    redis =
        settings
            .number("request_queue_size")
            .map(RedisFactory::toInt)
            .map(redis::requestQueueSize)
            .orElse(redis);
    redis = settings.text("stream").map(redis::stream).orElse(redis);
    redis = settings.number("stream_retention").map(redis::streamRetention).orElse(redis);
    redis = settings.number("max_memory_bytes").map(redis::maxMemoryBytes).orElse(redis);
    return settings.duration("decision_ttl").map(redis::decisionTtl).orElse(redis);
  }

  /** Cuts a number down to what an int holds, which is outside of every range allowed here. */
  private static int toInt(long value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(value, Integer.MAX_VALUE));
  }
}
