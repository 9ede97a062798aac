package dev.mlinfra.redis.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    List<GroupInfo> infos = new ArrayList<>();
    for (Object group : groups) {
      Map<String, String> values = pairs((List<?>) group);
      infos.add(
          new GroupInfo(
              values.getOrDefault("name", ""),
              Long.parseLong(values.getOrDefault("pending", "0")),
              values.getOrDefault("last-delivered-id", StreamId.ZERO.toString())));
    }
    return infos;
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

  private static Map<String, String> pairs(List<?> flat) {
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      Object value = flat.get(i + 1);
      if (value != null) {
        pairs.put(text(flat.get(i)), text(value));
      }
    }
    return pairs;
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? TextFields.text(bytes) : String.valueOf(value);
  }
}
