package dev.mlinfra.internal.assembly;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.secret.SecretSource;
import dev.mlinfra.spi.check.Texts;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Variables, and what they leave open taken from sources of secrets. */
public final class SecretVariables {
  private static final int SHORTEST_UNQUOTED = 8;

  private final Set<String> addressed = Sections.addressed();
  private final Map<String, String> all;
  private final Map<String, String> secret = new TreeMap<>();

  /**
   * Merges.
   *
   * @param variables which win when they are not blank
   * @param sources the earlier wins
   */
  public SecretVariables(Map<String, String> variables, List<SecretSource> sources) {
    this.all = new HashMap<>(variables);
    for (SecretSource source : sources) {
      source.names().stream()
          .filter(name -> name.startsWith(Sections.PREFIX))
          .filter(name -> all.getOrDefault(name, "").isBlank())
          .forEach(name -> take(name, source));
    }
    secret.keySet().stream().filter(name -> !isWanted(name)).forEach(all::remove);
  }

  /**
   * Returns everything.
   *
   * @return variables by name
   */
  public Map<String, String> all() {
    return all;
  }

  /**
   * Takes the sources' values out of faults.
   *
   * @param refused what was thrown for {@link #all()}
   * @return the same without values
   */
  public ConfigException redacted(ConfigException refused) {
    return secret.isEmpty()
        ? refused
        : new ConfigException(refused.faults().stream().map(this::redacted).toList());
  }

  private void take(String name, SecretSource source) {
    source
        .find(name)
        .map(Secret::reveal)
        .filter(value -> !value.isBlank())
        .ifPresent(
            value -> {
              all.put(name, value);
              secret.put(name, value);
            });
  }

  private boolean isWanted(String name) {
    String[] parts = name.substring(Sections.PREFIX.length()).split("_", 2);
    return !addressed.contains(parts[0].toLowerCase(Locale.ROOT))
        || !all.getOrDefault(Sections.PREFIX + parts[0] + "_URL", "").isBlank()
        || !all.getOrDefault(Sections.PREFIX + parts[0] + "_PATH", "").isBlank();
  }

  private String redacted(String fault) {
    String text = fault;
    for (String value : secret.values()) {
      text = text.replace(Texts.quote(value), "'" + Secret.of(value) + "'");
      if (value.length() >= SHORTEST_UNQUOTED) {
        text = text.replace(value, Secret.of(value).toString());
      }
    }
    return text;
  }
}
