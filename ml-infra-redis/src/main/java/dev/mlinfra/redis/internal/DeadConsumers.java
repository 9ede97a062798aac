package dev.mlinfra.redis.internal;

import dev.mlinfra.error.MlInfraException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes consumers that ended without saying so, once others have taken over all that was pending
 * for them. One that is only slow loses nothing: its next read makes it again.
 */
final class DeadConsumers {
  private static final Logger LOG = LoggerFactory.getLogger(DeadConsumers.class);

  private final ConsumerGroup group;

  DeadConsumers(ConsumerGroup group) {
    this.group = group;
  }

  /** Removes who did nothing for that long; a failure leaves it to the next time. */
  void remove(Duration idle) {
    try {
      List<Object> consumers =
          group.call(
              "look at the consumers",
              commands -> commands.xinfoConsumers(group.stream(), group.group()));
      for (Map<String, String> row : InfoReply.rows(consumers)) {
        String name = row.getOrDefault("name", "");
        boolean dead =
            row.getOrDefault("pending", "").equals("0")
                && Long.parseLong(row.getOrDefault("idle", "0")) > idle.toMillis();
        if (dead && !name.equals(group.name()) && group.remove(name)) {
          LOG.debug("consumer {} removed from group {}", name, group.group());
        }
      }
    } catch (MlInfraException e) {
      LOG.debug("dead consumers of group {} stay: {}", group.group(), e.getMessage());
    }
  }
}
