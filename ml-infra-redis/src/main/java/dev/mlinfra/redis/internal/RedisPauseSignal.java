package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.PauseSignal;
import dev.mlinfra.spi.check.Texts;
import io.lettuce.core.KeyValue;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Looks at two keys: one for all services, one for this. Either pauses. */
final class RedisPauseSignal implements PauseSignal {
  /** What a person writes to say no; any other text says yes. */
  private static final Set<String> NO = Set.of("", "0", "false", "no", "off");

  private final RedisLink link;
  private final String[] keys;

  RedisPauseSignal(RedisLink link, String service) {
    this.link = link;
    this.keys = new String[] {Keys.PAUSED, Keys.paused(service)};
  }

  @Override
  public Optional<String> look(Duration budget) {
    List<KeyValue<String, byte[]>> found =
        link.call("look at the pause keys", budget, commands -> commands.mget(keys));
    return found.stream()
        .filter(KeyValue::hasValue)
        .filter(entry -> pauses(TextFields.text(entry.getValue())))
        .findFirst()
        .map(
            entry ->
                "redis key '"
                    + entry.getKey()
                    + "', which is "
                    + Texts.quote(TextFields.text(entry.getValue())));
  }

  private static boolean pauses(String value) {
    return !NO.contains(value.strip().toLowerCase(Locale.ROOT));
  }
}
