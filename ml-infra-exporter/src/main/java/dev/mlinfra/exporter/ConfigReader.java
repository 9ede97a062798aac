package dev.mlinfra.exporter;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Hosts;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads the properties one by one and collects all faults, giving a stand-in for what is wrong. Not
 * thread-safe.
 */
final class ConfigReader {
  private static final URI NOWHERE = URI.create("http://localhost");

  private final Faults faults = new Faults();
  private final Map<String, String> values = new TreeMap<>();
  private final Set<String> read = new TreeSet<>();

  ConfigReader(Map<String, String> values) {
    values.forEach((key, value) -> this.values.put(key, value.trim()));
  }

  Faults faults() {
    return faults;
  }

  Optional<String> text(String key) {
    read.add(key);
    return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
  }

  String required(String key) {
    return text(key)
        .orElseGet(
            () -> {
              faults.addLine(key + " was not set but is required; add it to the file");
              return "none";
            });
  }

  /** Present when the section has an address; without one its server is not probed. */
  boolean section(String name) {
    read.add(name + ".url");
    boolean there = values.keySet().stream().anyMatch(key -> key.startsWith(name + "."));
    return there;
  }

  URI url(String key, String... schemes) {
    String text = required(key);
    try {
      URI url = new URI(text);
      if (url.getScheme() != null && url.getHost() != null && url.getUserInfo() == null) {
        for (String scheme : schemes) {
          if (scheme.equals(url.getScheme())) {
            requireTls(key, url);
            return url;
          }
        }
      }
    } catch (URISyntaxException e) {
      // told below, without the parser's words: the text may hold a password
    }
    if (!text.equals("none")) {
      faults.add(
          key,
          text.contains("@") ? "[REDACTED]" : text,
          "must be " + String.join(" or ", schemes) + "://host:port without a user",
          "correct it; passwords go to a file named by a *.password-file");
    }
    return NOWHERE;
  }

  private void requireTls(String key, URI url) {
    String section = key.substring(0, key.indexOf('.'));
    boolean encrypted = url.getScheme().equals("https") || url.getScheme().equals("rediss");
    boolean allowed = text(section + ".allow-plaintext").orElse("false").equals("true");
    if (!encrypted && !allowed && !Hosts.isPrivate(url.getHost())) {
      faults.add(
          key,
          url,
          "must be encrypted for a public host",
          "use TLS, or set " + section + ".allow-plaintext=true");
    }
  }

  Optional<Secret> secret(String key) {
    if (text(key).isPresent()) {
      faults.addLine(
          key
              + " was set but a secret must not stand in the file; write it into a file of its own"
              + " and name that with "
              + key
              + "-file");
    }
    try {
      return text(key + "-file").map(path -> Secret.fromFile(Path.of(path)));
    } catch (ConfigException e) {
      faults.addLine(key + "-file: " + e.getMessage());
      return Optional.empty();
    }
  }

  Secret requiredSecret(String key) {
    Optional<Secret> secret = secret(key);
    if (secret.isEmpty() && text(key + "-file").isEmpty()) {
      required(key + "-file");
    }
    return secret.orElseGet(() -> Secret.of("none"));
  }

  long number(String key, long usual, long min, long max) {
    Optional<String> text = text(key);
    if (text.isPresent() && !text.get().matches("\\d{1,18}")) {
      faults.add(key, text.get(), "must be a whole number", "correct it");
      return usual;
    }
    long value = text.map(Long::parseLong).orElse(usual);
    faults.range(key, value, min, max);
    return value;
  }

  Duration duration(String key, Duration usual) {
    Optional<String> text = text(key);
    try {
      Duration value = text.map(Duration::parse).orElse(usual);
      if (value.toMillis() < 100 || value.compareTo(Duration.ofDays(1)) > 0) {
        faults.add(key, value, "must be PT0.1S to PT24H", "pass a value in that range");
        return usual;
      }
      return value;
    } catch (DateTimeParseException e) {
      faults.add(key, text.orElse(""), "must be an ISO-8601 duration", "write PT5S for 5 s");
      return usual;
    }
  }

  Pace pace(String section) {
    return new Pace(
        duration(section + ".interval", Duration.ofSeconds(15)),
        duration(section + ".detail-interval", Duration.ofSeconds(60)),
        duration(section + ".timeout", Duration.ofSeconds(5)));
  }

  void refuseUnread(List<String> sections) {
    Set<String> unread = new TreeSet<>(values.keySet());
    unread.removeAll(read);
    for (String key : unread) {
      String section = key.contains(".") ? key.substring(0, key.indexOf('.')) : key;
      boolean known = sections.contains(section);
      faults.addLine(
          key
              + " was set but is no property of the exporter; "
              + (known ? "correct its name" : "the sections are " + String.join(", ", sections)));
    }
  }
}
