package dev.mlinfra.postgres;

import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;

/**
 * Makes a {@link Postgres} from plain settings: {@code url}, {@code user}, {@code password} or
 * {@code password_file}, {@code schema}, {@code embedding_dimensions}, {@code connect_timeout},
 * {@code statement_timeout}, {@code migration_timeout}, {@code allow_plaintext}. Thread-safe.
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
    Postgres postgres = Postgres.at(settings.required("url"));
    postgres = settings.text("user").map(postgres::user).orElse(postgres);
    postgres = settings.secret("password").map(postgres::password).orElse(postgres);
    postgres = settings.text("schema").map(postgres::schema).orElse(postgres);
    postgres =
        settings
            .number("embedding_dimensions")
            .map(PostgresFactory::toInt)
            .map(postgres::embeddingDimensions)
            .orElse(postgres);
    postgres = settings.duration("connect_timeout").map(postgres::connectTimeout).orElse(postgres);
    postgres =
        settings.duration("statement_timeout").map(postgres::statementTimeout).orElse(postgres);
    postgres =
        settings.duration("migration_timeout").map(postgres::migrationTimeout).orElse(postgres);
    return settings.flag("allow_plaintext").orElse(false) ? postgres.allowPlaintext() : postgres;
  }

  /** Cuts a number down to what an int holds, which is outside of every range allowed here. */
  private static int toInt(long value) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(value, Integer.MAX_VALUE));
  }
}
