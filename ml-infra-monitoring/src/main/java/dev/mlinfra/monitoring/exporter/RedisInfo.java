package dev.mlinfra.monitoring.exporter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The replies of Redis that are names with values. */
final class RedisInfo {
  private RedisInfo() {}

  /** What INFO answers. */
  static Map<String, String> lines(String info) {
    Map<String, String> values = new HashMap<>();
    info.lines()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> values.put(parts[0], parts[1].trim()));
    return values;
  }

  /** What XINFO answers: names and values in turn. */
  static Map<String, String> pairs(Object reply) {
    Map<String, String> values = new HashMap<>();
    if (reply instanceof List<?> list) {
      for (int i = 0; i + 1 < list.size(); i += 2) {
        values.put(list.get(i).toString(), list.get(i + 1).toString());
      }
    }
    return values;
  }

  static long number(Map<String, String> values, String key) {
    String digits = values.getOrDefault(key, "");
    return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
  }
}
