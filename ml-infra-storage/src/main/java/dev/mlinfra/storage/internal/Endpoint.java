package dev.mlinfra.storage.internal;

import dev.mlinfra.check.Faults;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

/**
 * The rules for a server's address. They are checked without a name look-up, since configuration
 * does no I/O: a host counts as private when its name or literal address says so.
 */
public final class Endpoint {
  private static final Set<String> PRIVATE_SUFFIXES =
      Set.of(".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".svc");

  private Endpoint() {}

  /**
   * Adds a fault for each rule that an address breaks.
   *
   * @param faults where to add them
   * @param subject the module's name
   * @param url the address; shown only when it carries no user information
   * @param pathAllowed whether the server may live below a path
   * @param plaintextAllowed whether the host asked for plain http to a public host
   */
  public static void check(
      Faults faults, String subject, String url, boolean pathAllowed, boolean plaintextAllowed) {
    if (url.indexOf('@') >= 0) {
      faults.addLine(
          subject
              + ".url had user information but must not carry credentials; pass them by their own"
              + " call");
      return;
    }
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      faults.add(subject + ".url", url, "must be a URL", "pass http://host:port");
      return;
    }
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      faults.add(subject + ".url", url, "must be an http or https URL", "pass http://host:port");
      return;
    }
    String path = uri.getPath();
    boolean hasPath = !path.isEmpty() && !path.equals("/");
    if (uri.getQuery() != null || uri.getFragment() != null || (hasPath && !pathAllowed)) {
      faults.add(subject + ".url", url, "must end after the port", "pass http://host:port");
    }
    if ("http".equals(scheme) && !plaintextAllowed && !isPrivate(uri.getHost())) {
      faults.add(
          subject + ".url",
          url,
          "must be https for a public host",
          "use https, or call allowPlaintext() on a network you trust");
    }
  }

  /**
   * Says whether a host is reached without leaving a private network, as far as its name tells.
   *
   * @param host from a URL; IPv6 literals in brackets
   * @return false for a public host, and when in doubt
   */
  public static boolean isPrivate(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.startsWith("[")) {
      return isPrivateIpv6(name.substring(1, name.length() - 1));
    }
    if (name.matches("\\d{1,3}(\\.\\d{1,3}){3}")) {
      return isPrivateIpv4(name.split("\\.", -1));
    }
    return name.indexOf('.') < 0
        || name.contains(".svc.cluster.")
        || PRIVATE_SUFFIXES.stream().anyMatch(name::endsWith);
  }

  private static boolean isPrivateIpv4(String[] parts) {
    int first = Integer.parseInt(parts[0]);
    int second = Integer.parseInt(parts[1]);
    return first == 127
        || first == 10
        || (first == 172 && second >= 16 && second <= 31)
        || (first == 192 && second == 168)
        || (first == 169 && second == 254);
  }

  private static boolean isPrivateIpv6(String address) {
    return address.equals("::1")
        || address.startsWith("fc")
        || address.startsWith("fd")
        || address.startsWith("fe8");
  }
}
