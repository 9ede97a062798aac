package dev.mlinfra.internal.training;

import java.util.Map;
import java.util.TreeMap;

/** Values as JSON text; numbers that JSON does not have are null. */
final class Json {
  private static final String NULL = "null";

  private Json() {}

  static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : NULL;
  }

  static String vector(float[] values) {
    StringBuilder out = new StringBuilder("[");
    for (float value : values) {
      out.append(out.length() > 1 ? "," : "");
      out.append(Float.isFinite(value) ? Float.toString(value) : NULL);
    }
    return out.append(']').toString();
  }

  /** With its keys in order. */
  static String object(Map<String, String> values) {
    StringBuilder out = new StringBuilder("{");
    new TreeMap<>(values)
        .forEach(
            (name, value) ->
                out.append(out.length() > 1 ? "," : "")
                    .append(text(name))
                    .append(':')
                    .append(text(value)));
    return out.append('}').toString();
  }

  static String text(String value) {
    StringBuilder out = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || c == '\u0085' || c == '\u2028' || c == '\u2029') {
        // U+0085, U+2028 and U+2029 end a line for some readers of JSON Lines.
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
