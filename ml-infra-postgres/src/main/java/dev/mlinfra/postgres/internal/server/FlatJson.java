package dev.mlinfra.postgres.internal.server;

import dev.mlinfra.error.CorruptDataException;
import java.util.Map;
import java.util.TreeMap;

/** Objects of texts or numbers, without nesting: all the JSON that the schema holds. */
public final class FlatJson {
  private final String json;
  private int at;

  private FlatJson(String json) {
    this.json = json;
  }

  public static String write(Map<String, ?> values) {
    StringBuilder out = new StringBuilder("{");
    (values.size() < 2 ? values : new TreeMap<>(values))
        .forEach(
            (name, value) -> {
              if (out.length() > 1) {
                out.append(',');
              }
              quote(out, name);
              out.append(':');
              if (value instanceof Number) {
                out.append(value);
              } else {
                quote(out, value.toString());
              }
            });
    return out.append('}').toString();
  }

  public static Map<String, String> texts(String json) {
    return new FlatJson(json).object();
  }

  public static Map<String, Double> numbers(String json) {
    Map<String, Double> numbers = new TreeMap<>();
    try {
      texts(json).forEach((name, value) -> numbers.put(name, Double.valueOf(value)));
    } catch (NumberFormatException e) {
      throw new CorruptDataException(
          "jsonb column held " + json + " but must hold numbers only; correct the row", e);
    }
    return numbers;
  }

  private static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private Map<String, String> object() {
    Map<String, String> values = new TreeMap<>();
    expect('{');
    if (peek() == '}') {
      return values;
    }
    do {
      String name = text();
      expect(':');
      values.put(name, peek() == '"' ? text() : literal());
    } while (next() == ',');
    at--;
    expect('}');
    return values;
  }

  private String text() {
    expect('"');
    StringBuilder text = new StringBuilder();
    for (char c = raw(); c != '"'; c = raw()) {
      text.append(c == '\\' ? escaped() : c);
    }
    return text.toString();
  }

  private char escaped() {
    char c = raw();
    return switch (c) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> c;
    };
  }

  private char unicode() {
    if (at + 4 > json.length()) {
      throw damaged();
    }
    at += 4;
    try {
      return (char) Integer.parseInt(json, at - 4, at, 16);
    } catch (NumberFormatException e) {
      throw damaged();
    }
  }

  private String literal() {
    int from = at;
    while (at < json.length() && ",} \n\t\r".indexOf(json.charAt(at)) < 0) {
      at++;
    }
    if (at == from || "{[".indexOf(json.charAt(from)) >= 0) {
      throw damaged();
    }
    return json.substring(from, at);
  }

  private char peek() {
    char c = next();
    at--;
    return c;
  }

  private char next() {
    char c = raw();
    while (Character.isWhitespace(c)) {
      c = raw();
    }
    return c;
  }

  private char raw() {
    if (at >= json.length()) {
      throw damaged();
    }
    return json.charAt(at++);
  }

  private void expect(char wanted) {
    if (next() != wanted) {
      throw damaged();
    }
  }

  private CorruptDataException damaged() {
    return new CorruptDataException(
        "jsonb column held '"
            + json.substring(0, Math.min(json.length(), 80))
            + "' but must be an object without nesting; correct the row");
  }
}
