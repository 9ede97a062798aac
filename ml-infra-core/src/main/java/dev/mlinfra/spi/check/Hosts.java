package dev.mlinfra.spi.check;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells private from public hosts by name or literal address alone, so that plaintext to a public
 * one is refused before anything is sent.
 *
 * @since 0.1
 */
public final class Hosts {
  private static final List<String> PRIVATE_SUFFIXES =
      List.of(".local", ".localhost", ".internal", ".lan", ".home.arpa", ".test", ".svc");
  private static final Pattern PRIVATE_V4 =
      Pattern.compile(
          "(127|10)\\..*|192\\.168\\..*|169\\.254\\..*|172\\.(1[6-9]|2\\d|3[01])\\..*"
              + "|100\\.(6[4-9]|[7-9]\\d|1[01]\\d|12[0-7])\\..*");
  private static final Pattern PRIVATE_V6 =
      Pattern.compile("::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*");

  private Hosts() {}

  /**
   * Says whether a host is this machine or in a private network. Does no I/O; a name with dots and
   * no private suffix counts as public, whatever it resolves to.
   *
   * @param host a name, an IPv4 address or an IPv6 address with or without brackets
   * @return true for loopback and private addresses, names without a dot and private suffixes
   * @since 0.1
   */
  public static boolean isPrivate(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    if (name.indexOf(':') >= 0) {
      return PRIVATE_V6.matcher(name).matches();
    }
    if (name.matches("[0-9.]+")) {
      return PRIVATE_V4.matcher(name).matches();
    }
    return name.indexOf('.') < 0 || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
  }
}
