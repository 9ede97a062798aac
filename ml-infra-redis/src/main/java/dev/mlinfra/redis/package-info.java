/** Redis as online store, event stream and cache: {@link dev.mlinfra.redis.Redis} is the way in. */
@NullMarked
package dev.mlinfra.redis;

import org.jspecify.annotations.NullMarked;
