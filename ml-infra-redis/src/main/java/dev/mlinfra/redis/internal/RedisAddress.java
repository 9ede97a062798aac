package dev.mlinfra.redis.internal;

import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Hosts;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is.
 *
 * @param tls whether the connection is encrypted and the certificate checked
 * @param host a name or address, IPv6 without brackets
 * @param port the TCP port
 * @param database the number of the logical database
 */
record RedisAddress(boolean tls, String host, int port, int database) {
  private static final int DEFAULT_PORT = 6379;
  private static final int MAX_DATABASE = 999;
  private static final Pattern URL =
      Pattern.compile(
          "redis(?<tls>s?)://(?<host>[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>\\d{1,5}))?"
              + "(/(?<database>\\d{0,3}))?");

  /** Takes a URL apart; a fault goes to the collector and makes the result null. */
  static @Nullable RedisAddress parse(String url, Faults faults) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      boolean mayHoldSecret = url.indexOf('@') >= 0 || url.indexOf('?') >= 0;
      faults.add(
          "redis.url",
          mayHoldSecret ? "[REDACTED]" : url,
          "must be like redis://host:6379 or rediss://host:6379/0, without user and password",
          "correct it and pass these with user(...) and password(...)");
      return null;
    }
    int port = number(parts.group("port"), DEFAULT_PORT);
    int database = number(parts.group("database"), 0);
    int before = faults.lines().size();
    faults
        .range("redis.url port", port, 1, 65_535)
        .range("redis.url database", database, 0, MAX_DATABASE);
    return faults.lines().size() > before
        ? null
        : new RedisAddress(
            !parts.group("tls").isEmpty(),
            parts.group("host").replaceAll("[\\[\\]]", ""),
            port,
            database);
  }

  /** Says whether what is sent could be read on a public network. */
  boolean exposed() {
    return !tls && !Hosts.isPrivate(host);
  }

  /** Host and port as messages show them. */
  String shown() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static int number(@Nullable String digits, int unset) {
    return digits == null || digits.isEmpty() ? unset : Integer.parseInt(digits);
  }
}
