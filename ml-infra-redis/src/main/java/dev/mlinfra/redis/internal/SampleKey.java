package dev.mlinfra.redis.internal;

import io.lettuce.core.SetArgs;
import java.time.Duration;

/** A key that is always there while checks run, so that anyone can see its time-to-live. */
final class SampleKey {
  private static final Duration TTL = Duration.ofDays(30);

  private SampleKey() {}

  static void write(RedisLink link, Duration budget) {
    byte[] value = TextFields.utf8("written by the ml-infra health check");
    link.call(
        "write of '" + Keys.SAMPLE + "'",
        budget,
        commands -> commands.set(Keys.SAMPLE, value, SetArgs.Builder.ex(TTL)));
  }
}
