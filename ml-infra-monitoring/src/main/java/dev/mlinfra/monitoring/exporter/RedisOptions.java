package dev.mlinfra.monitoring.exporter;

import dev.mlinfra.secret.Secret;
import java.net.URI;
import java.util.Optional;

/**
 * Where Redis is and what is looked at.
 *
 * @param url {@code redis://} or {@code rediss://}
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

  boolean tls() {
    return "rediss".equals(url.getScheme());
  }
}
