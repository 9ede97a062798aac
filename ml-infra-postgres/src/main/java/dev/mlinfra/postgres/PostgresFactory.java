package dev.mlinfra.postgres;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;

/**
 * Makes a {@link Postgres} from plain settings: {@code url}, {@code user}, {@code password} or
 * {@code password_file}, {@code schema}, {@code embedding_dimensions}, {@code connect_timeout},
 * {@code statement_timeout}, {@code migration_timeout}, {@code read_connections}, {@code
 * write_connections}, {@code allow_plaintext}. Thread-safe.
 *
 * @since 0.1
 */
public final class PostgresFactory implements ModuleFactory {
  /**
   * Called by {@link java.util.ServiceLoader}.
   *
   * @since 0.1
   */
  public PostgresFactory() {}

  @Override
  public String section() {
    return "postgres";
  }

  @Override
  public InfraModule create(Settings settings) {
    return Postgres.at(settings.required("url")).read(settings);
  }
}
