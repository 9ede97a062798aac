package dev.mlinfra.storage.internal;

import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.Hosts;
import java.net.URI;
import java.net.URISyntaxException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rules for the address of a server that speaks HTTP. */
public final class Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);

  private static final int MAX_PORT = 65_535;

  private Endpoint() {}

  /**
   * Adds a fault for each rule that an address breaks.
   *
   * @param faults where to add them
   * @param subject the module's name
   * @param url the address; shown only when it carries neither user information nor a query
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
    String shown = url.indexOf('?') < 0 && url.indexOf('#') < 0 ? url : "[REDACTED]";
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      faults.add(subject + ".url", shown, "must be a URL", "pass http://host:port");
      return;
    }
    String scheme = uri.getScheme();
    if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      faults.add(subject + ".url", shown, "must be an http or https URL", "pass http://host:port");
      return;
    }
    if (uri.getPort() != -1) {
      faults.range(subject + ".url port", uri.getPort(), 1, MAX_PORT);
    }
    String path = uri.getPath();
    boolean hasPath = !path.isEmpty() && !path.equals("/");
    if (uri.getQuery() != null || uri.getFragment() != null || (hasPath && !pathAllowed)) {
      faults.add(subject + ".url", shown, "must end after the port", "pass http://host:port");
    }
    if ("http".equals(scheme) && !plaintextAllowed && !Hosts.isPrivate(uri.getHost())) {
      faults.add(
          subject + ".url",
          shown,
          "must be https for a public host",
          "use https, or call allowPlaintext() on a network you trust");
    }
  }

  /**
   * Says once that what is sent can be read on the way.
   *
   * @param subject the module's name
   * @param url an address that passed the check
   */
  public static void warnOfPlaintext(String subject, String url) {
    URI uri = URI.create(url);
    if ("http".equals(uri.getScheme())) {
      LOG.warn(
          "{} {} is reached without TLS; use https outside of a private network",
          subject,
          uri.getAuthority());
    }
  }
}
