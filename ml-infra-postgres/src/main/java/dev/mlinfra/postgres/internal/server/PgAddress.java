package dev.mlinfra.postgres.internal.server;

import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Hosts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Where the server is, taken apart from a JDBC URL. Finding faults does no I/O: whether a host is
 * private is told from its name or literal address. Public to cross to the front class only.
 */
public final class PgAddress {
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile("[?&](ssl)?password=", Pattern.CASE_INSENSITIVE);
  private static final String HIDDEN = "[REDACTED]";
  private static final String VERIFIED = "verify-full";

  private final String url;
  private final Properties parsed;

  private PgAddress(String url, Properties parsed) {
    this.url = url;
    this.parsed = parsed;
  }

  /**
   * Takes a URL apart.
   *
   * @param text a JDBC URL, or the same without {@code jdbc:}
   * @param faults gets every broken rule
   * @return null when it cannot be taken apart
   */
  public static @Nullable PgAddress parse(String text, Faults faults) {
    String url =
        text.startsWith("jdbc:") ? text : "jdbc:" + text.replaceFirst("^postgres:", "postgresql:");
    if (url.replaceFirst("\\?.*", "").indexOf('@') >= 0) {
      faults.add(
          "postgres.url",
          HIDDEN,
          "must not hold a user or password before the host",
          "pass them with user(...) and password(...)");
      return null;
    }
    if (SECRET_PARAMETER.matcher(url).find()) {
      faults.add("postgres.url", HIDDEN, "must not hold a password", "pass it with password(...)");
      return null;
    }
    Properties parsed = url.startsWith("jdbc:postgresql:") ? Driver.parseURL(url, null) : null;
    if (parsed == null) {
      faults.add(
          "postgres.url", text, "must be like jdbc:postgresql://host:5432/database", "correct it");
      return null;
    }
    if ("simple".equalsIgnoreCase(parsed.getProperty("preferQueryMode"))) {
      faults.add(
          "postgres.url preferQueryMode",
          "simple",
          "must not be simple, which sends values inside the SQL text",
          "remove the parameter");
    }
    return new PgAddress(url, parsed);
  }

  String url() {
    return url;
  }

  /**
   * Returns host, port and database as messages show them.
   *
   * @return several hosts are joined by commas
   */
  public String shown() {
    String[] hosts = hosts();
    String[] ports = parsed.getProperty("PGPORT", "5432").split(",", -1);
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < hosts.length; i++) {
      shown.add(hosts[i] + ":" + ports[Math.min(i, ports.length - 1)]);
    }
    return String.join(",", shown) + "/" + parsed.getProperty("PGDBNAME", "");
  }

  @Nullable String user() {
    return parsed.getProperty("user");
  }

  /**
   * Returns the TLS mode of the URL, or the one used when it names none.
   *
   * @return lower case
   */
  public String sslMode() {
    boolean asked = !"false".equalsIgnoreCase(parsed.getProperty("ssl", "false"));
    String fallback = asked || !privateHosts() ? VERIFIED : "prefer";
    return parsed.getProperty("sslmode", fallback).toLowerCase(Locale.ROOT);
  }

  /**
   * Says whether TLS is demanded and the server's name checked.
   *
   * @return true for {@code verify-full}
   */
  public boolean verifiedTls() {
    return sslMode().equals(VERIFIED);
  }

  /**
   * Says whether all hosts are loopback or private, as far as their names tell.
   *
   * @return true without any DNS look-up
   */
  public boolean privateHosts() {
    return Arrays.stream(hosts()).allMatch(Hosts::isPrivate);
  }

  private String[] hosts() {
    return parsed.getProperty("PGHOST", "localhost").split(",", -1);
  }
}
