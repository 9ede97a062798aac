package dev.mlinfra.redis.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what XINFO answers: a list of flat lists of names and values. */
final class InfoReply {
  private InfoReply() {}

  static List<Map<String, String>> rows(List<Object> reply) {
    List<Map<String, String>> rows = new ArrayList<>(reply.size());
    for (Object row : reply) {
      rows.add(row((List<?>) row));
    }
    return rows;
  }

  private static Map<String, String> row(List<?> flat) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      Object value = flat.get(i + 1);
      if (value != null) {
        values.put(text(flat.get(i)), text(value));
      }
    }
    return values;
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? TextFields.text(bytes) : String.valueOf(value);
  }
}
