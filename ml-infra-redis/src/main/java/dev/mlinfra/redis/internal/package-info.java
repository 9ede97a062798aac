/** How the Redis module works inside; no promise to anyone. */
@NullMarked
package dev.mlinfra.redis.internal;

import org.jspecify.annotations.NullMarked;
