package dev.mlinfra.embedded;

import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/** When a server is ready: asked from outside, as its clients will. */
interface Readiness {
  /** Asks once; a text says why it is not ready. */
  String complaint();

  /** Waits until there is nothing to complain about. */
  default void await(String part, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    String complaint = complaint();
    while (!complaint.isEmpty()) {
      if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
        throw new UnavailableException(
            "container of %s was not ready within %d s (%s); look at docker ps -a and docker logs"
                .formatted(part, patience.toSeconds(), complaint));
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      complaint = complaint();
    }
  }

  /** A database that takes a user with a password. */
  static Readiness postgres(String url, String user, Secret password) {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password.reveal());
    properties.setProperty("connectTimeout", "2");
    properties.setProperty("socketTimeout", "5");
    return () -> {
      try (Connection connection = DriverManager.getConnection(url, properties)) {
        return connection.isValid(5) ? "" : "it took the connection and did not answer";
      } catch (SQLException e) {
        return "SQLState " + e.getSQLState() + ": " + e.getMessage();
      }
    };
  }

  /** A Redis that takes a password. */
  static Readiness redis(int port, Secret password) {
    RedisTalk talk = new RedisTalk(port, password);
    return () -> talk.answers() ? "" : "it does not answer PING";
  }

  /** A page that answers 200. */
  static Readiness http(String url) {
    return () -> {
      try {
        HttpURLConnection connection =
            (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
        connection.setConnectTimeout(2_000);
        connection.setReadTimeout(5_000);
        try {
          int code = connection.getResponseCode();
          return code == HttpURLConnection.HTTP_OK ? "" : url + " answered " + code;
        } finally {
          connection.disconnect();
        }
      } catch (IOException e) {
        return url + ": " + e;
      }
    };
  }
}
