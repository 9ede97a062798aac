package dev.mlinfra.embedded;

import dev.mlinfra.secret.Secret;
import java.nio.file.Path;

/**
 * The PostgreSQL of a {@link Stack}. Thread-safe.
 *
 * @since 0.1
 */
public interface PostgresServer extends ServerControl {
  /**
   * Returns how to reach its first database; without the password.
   *
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/postgres}
   * @since 0.1
   */
  String jdbcUrl();

  /**
   * Returns how to reach one of its databases; without the password.
   *
   * @param database its name, which need not be there yet
   * @return as {@code jdbc:postgresql://127.0.0.1:41234/ranker}
   * @since 0.1
   */
  default String jdbcUrl(String database) {
    return "jdbc:postgresql://" + Ports.HOST + ":" + port() + "/" + database;
  }

  /**
   * Returns the role to connect as, a superuser.
   *
   * @return the name
   * @since 0.1
   */
  String user();

  /**
   * Returns the generated password of {@link #user()}.
   *
   * @return the password
   * @since 0.1
   */
  Secret password();

  /**
   * Returns the file that holds the generated password, one line, readable by its owner only.
   *
   * @return the file
   * @since 0.1
   */
  Path passwordFile();

  @Override
  default String url() {
    return jdbcUrl();
  }
}
