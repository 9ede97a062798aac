package dev.mlinfra.redis;

import dev.mlinfra.redis.internal.Keys;
import java.util.List;

/**
 * The name spaces of the keys that the library writes, for programs that look at a Redis beside it.
 *
 * @since 0.1
 */
public final class RedisKeys {
  /**
   * Each begins with one of these: features, recent decisions, pointers to models. The event stream
   * is one key with a name of its own.
   *
   * @since 0.1
   */
  public static final List<String> PREFIXES = List.of(Keys.FEATURES, Keys.DECISIONS, Keys.MODELS);

  private RedisKeys() {}
}
