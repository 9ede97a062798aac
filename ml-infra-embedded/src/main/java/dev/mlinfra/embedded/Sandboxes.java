package dev.mlinfra.embedded;

import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** Hands out the databases of a stack by number; database 0 of Redis is nobody's. */
final class Sandboxes {
  private static final int MAX_NUMBER = 999;
  private static final String TIMEOUT_SECONDS = "30";

  private final Parts parts;
  private final BooleanSupplier running;
  private final Object lock = new Object();
  private final TreeMap<Integer, Sandbox> open = new TreeMap<>();
  private int opened;

  Sandboxes(Parts parts, BooleanSupplier running) {
    this.parts = parts;
    this.running = running;
  }

  Parts parts() {
    return parts;
  }

  Parts.Place place(int number, String bucket) {
    PostgresServer postgres = parts.postgres();
    RedisServer redis = parts.redis();
    return new Parts.Place(
        postgres == null ? "" : postgres.jdbcUrl(database(number)),
        redis == null ? "" : redis.url() + "/" + number,
        artifacts(number),
        bucket);
  }

  Sandbox open() {
    synchronized (lock) {
      int number = firstFree();
      empty(number); // an earlier process may have left something
      execute(number, "CREATE DATABASE " + database(number) + " TEMPLATE template0");
      opened++;
      Sandbox sandbox = new Sandbox(this, number, "sandbox-" + opened); // a bucket is never emptied
      open.put(number, sandbox);
      return sandbox;
    }
  }

  void close(Sandbox sandbox, int number) {
    synchronized (lock) {
      if (open.remove(number, sandbox) && running.getAsBoolean()) {
        empty(number);
      }
    }
  }

  private Path artifacts(int number) {
    return parts.directory().resolve("sandboxes").resolve(Integer.toString(number));
  }

  private static String database(int number) {
    return "sandbox_" + number;
  }

  private int firstFree() {
    for (int number = 1; number <= MAX_NUMBER; number++) {
      if (!open.containsKey(number)) {
        return number;
      }
    }
    throw new ConflictException(
        "sandboxes open were " + open.size() + " but may be " + MAX_NUMBER + "; close some");
  }

  private void empty(int number) {
    execute(number, "DROP DATABASE IF EXISTS " + database(number) + " WITH (FORCE)");
    RedisServer redis = parts.redis();
    try {
      if (redis != null) {
        new RedisTalk(redis.port(), redis.password()).flush(number);
      }
      Directories.delete(artifacts(number));
    } catch (IOException e) {
      throw new UnavailableException(
          "sandbox " + number + " was not emptied (" + e + "); check that redis runs", e);
    }
  }

  private void execute(int number, String sql) {
    PostgresServer postgres = parts.postgres();
    if (postgres == null) {
      return;
    }
    Properties properties = new Properties();
    properties.setProperty("user", postgres.user());
    properties.setProperty("password", postgres.password().reveal());
    properties.setProperty("connectTimeout", TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", TIMEOUT_SECONDS);
    try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), properties);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new UnavailableException(
          "sandbox %d could not use postgres (SQLState %s: %s); check that it runs"
              .formatted(number, e.getSQLState(), e.getMessage()),
          e);
    }
  }
}
