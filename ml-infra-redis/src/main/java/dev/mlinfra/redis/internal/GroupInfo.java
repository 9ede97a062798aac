package dev.mlinfra.redis.internal;

import java.time.Duration;
import java.util.List;

/**
 * What XINFO GROUPS says of a group.
 *
 * @param name the group
 * @param pending entries delivered and not acknowledged
 * @param lastDelivered the newest entry that was delivered
 */
record GroupInfo(String name, long pending, String lastDelivered) {
  /** More entries than this are reported as this many. */
  private static final int MAX_LAG = 100_000;

  static List<GroupInfo> read(RedisLink link, Duration timeout, String stream) {
    List<Object> groups =
        link.call(
            "look at the groups of stream '" + stream + "'",
            timeout,
            commands -> commands.xinfoGroups(stream));
    return InfoReply.rows(groups).stream()
        .map(
            row ->
                new GroupInfo(
                    row.getOrDefault("name", ""),
                    Long.parseLong(row.getOrDefault("pending", "0")),
                    row.getOrDefault("last-delivered-id", StreamId.ZERO.toString())))
        .toList();
  }

  /** How many entries the group did not get yet, counted by the server. */
  long lag(RedisLink link, Duration timeout, String stream) {
    return Script.COUNT_AFTER.run(
        link,
        "count of entries of stream '" + stream + "'",
        timeout,
        List.of(stream),
        TextFields.utf8(lastDelivered),
        TextFields.utf8(Integer.toString(MAX_LAG)));
  }
}
