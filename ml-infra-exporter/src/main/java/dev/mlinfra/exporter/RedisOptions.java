package dev.mlinfra.exporter;

import dev.mlinfra.secret.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where Redis is and what is looked at.
 *
 * @param url {@code redis://} or {@code rediss://}, with the number of a database or none
 * @param user of the access list, when it is not the default one
 * @param password of the user
 * @param stream the event stream
 * @param budgetBytes the memory that machine learning may use
 * @param maxKeys keys that one sample reads at most
 * @param pace how often and how long it is asked
 */
record RedisOptions(
    URI url,
    Optional<String> user,
    Optional<Secret> password,
    String stream,
    long budgetBytes,
    int maxKeys,
    Pace pace) {
  String subject() {
    return "redis '" + url.getHost() + ":" + port() + "'";
  }

  int port() {
    return url.getPort() < 0 ? 6379 : url.getPort();
  }

  /** The number of the database, 0 when the URL names none. */
  String database() {
    String path = url.getPath() == null ? "" : url.getPath();
    return path.length() > 1 ? path.substring(1) : "0";
  }

  boolean tls() {
    return "rediss".equals(url.getScheme());
  }
}
