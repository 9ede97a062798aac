package dev.mlinfra.secret;

import java.util.Map;
import java.util.TreeMap;

/** The lines that sops writes: a name, {@code =} and the value as it is, line breaks as \n. */
final class Dotenv {
  private Dotenv() {}

  static Map<String, String> parse(String text) {
    Map<String, String> values = new TreeMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int equals = line.indexOf('=');
              if (equals > 0) {
                values.put(
                    line.substring(0, equals), line.substring(equals + 1).replace("\\n", "\n"));
              }
            });
    return values;
  }
}
