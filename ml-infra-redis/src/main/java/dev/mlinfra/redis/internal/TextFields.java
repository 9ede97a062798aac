package dev.mlinfra.redis.internal;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Named texts as one line that a person can read in {@code redis-cli}: {@code name=value} parts
 * joined by tabs, with {@code \t}, {@code \n} and {@code \\} for what would break that.
 */
final class TextFields {
  private TextFields() {}

  static String join(Map<String, String> fields) {
    StringBuilder line = new StringBuilder();
    fields.forEach(
        (name, value) -> {
          line.append(line.isEmpty() ? "" : "\t").append(escape(name)).append('=');
          line.append(escape(value));
        });
    return line.toString();
  }

  /** Reads what {@link #join} wrote; names must not hold {@code =}. */
  static Map<String, String> split(String line) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String part : line.split("\t", -1)) {
      int equals = part.indexOf('=');
      if (equals > 0) {
        fields.put(part.substring(0, equals), unescape(part.substring(equals + 1)));
      }
    }
    return fields;
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static String escape(String text) {
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
  }

  private static String unescape(String text) {
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        c = text.charAt(i) == 't' ? '\t' : text.charAt(i) == 'n' ? '\n' : text.charAt(i);
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
