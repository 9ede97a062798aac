package dev.mlinfra.postgres;

import dev.mlinfra.postgres.internal.PostgresParts;
import dev.mlinfra.postgres.internal.server.PgSettings;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * PostgreSQL, 15 or newer, as the place of decisions, feedback, the history of features, patterns,
 * models and dead letters. Immutable and thread-safe; every option returns a changed copy. The
 * connections are closed with the host's {@code MlInfra}.
 *
 * <p>Decisions and feedback are stored at least once and kept once. TimescaleDB and pgvector are
 * used where the server has them and are not needed.
 *
 * <pre>{@code
 * MlInfraConfig.forService("ranker")
 *     .install(Postgres.at("jdbc:postgresql://db/ml").user("app").password(secret))
 * }</pre>
 *
 * @since 0.1
 */
public final class Postgres implements InfraModule {
  /** The schema unless another is chosen: {@value}. */
  public static final String DEFAULT_SCHEMA = PgSettings.DEFAULT_SCHEMA;

  /** The length of embeddings unless another is chosen: {@value}. */
  public static final int DEFAULT_EMBEDDING_DIMENSIONS = PgSettings.DEFAULT_EMBEDDING_DIMENSIONS;

  private final PgSettings settings;

  private Postgres(PgSettings settings) {
    this.settings = settings;
  }

  /**
   * Names the server. Nothing is connected and nothing is checked yet.
   *
   * @param url as {@code jdbc:postgresql://host:5432/database}, with further hosts and parameters
   *     as the driver takes them; without a password
   * @return the module with its defaults
   * @since 0.1
   */
  public static Postgres at(String url) {
    return new Postgres(PgSettings.at(Objects.requireNonNull(url, "url")));
  }

  /**
   * Uses connections of the host's own. They are borrowed for one call each and given back as they
   * came; during the call they have our statement and lock time-outs. Nothing is ever closed but by
   * the host, after its {@code MlInfra}.
   *
   * <p>Decisions and feedback then have no connections kept for them: where reads of the host hold
   * all of the pool, they wait in memory until one is free. Socket time-outs and TLS are the
   * host's, too. What belongs to connections, as {@link #user} or {@link #connections}, is refused.
   *
   * @param host gives connections of pgjdbc, or such that unwrap to {@code
   *     org.postgresql.PGConnection}
   * @return the module with its defaults
   * @since 0.1
   */
  public static Postgres on(DataSource host) {
    return new Postgres(PgSettings.on(Objects.requireNonNull(host, "host")));
  }

  /**
   * Sets who connects.
   *
   * @param name the role; without it the one in the URL, or that of the operating system
   * @return a changed copy
   * @since 0.1
   */
  public Postgres user(String name) {
    return with(PgSettings.USER, name);
  }

  /**
   * Sets the password.
   *
   * @param secret never shown in any text
   * @return a changed copy
   * @since 0.1
   */
  public Postgres password(Secret secret) {
    return with(PgSettings.PASSWORD, secret);
  }

  /**
   * Sets the schema, {@value #DEFAULT_SCHEMA} unless told otherwise. It is used by the library
   * alone: rolling back drops it.
   *
   * @param name a lower-case letter or _ then up to 62 of a-z 0-9 _; not {@code public} or {@code
   *     pg_...}
   * @return a changed copy
   * @since 0.1
   */
  public Postgres schema(String name) {
    return with(PgSettings.SCHEMA, name);
  }

  /**
   * Sets the length of the embeddings of patterns, which is fixed once the schema is made.
   *
   * @param dimensions 1 to 16,000; an index is used up to 2,000
   * @return a changed copy
   * @since 0.1
   */
  public Postgres embeddingDimensions(int dimensions) {
    return with(PgSettings.EMBEDDING_DIMENSIONS, dimensions);
  }

  /**
   * Sets the longest wait for the TCP connection, for the login and for a free connection, each; 5
   * s unless told otherwise. Connecting counts in whole seconds, rounded up.
   *
   * @param timeout at least 250 ms
   * @return a changed copy
   * @since 0.1
   */
  public Postgres connectTimeout(Duration timeout) {
    return with(PgSettings.CONNECT_TIMEOUT, timeout);
  }

  /**
   * Sets the longest run of one statement, 30 s unless told otherwise. The server ends it then; 5 s
   * later a server that no longer answers is given up.
   *
   * @param timeout at least 250 ms
   * @return a changed copy
   * @since 0.1
   */
  public Postgres statementTimeout(Duration timeout) {
    return with(PgSettings.STATEMENT_TIMEOUT, timeout);
  }

  /**
   * Sets how long {@code ensureSchema()} waits for another process that migrates, 1 min unless told
   * otherwise.
   *
   * @param timeout at least 250 ms
   * @return a changed copy
   * @since 0.1
   */
  public Postgres migrationTimeout(Duration timeout) {
    return with(PgSettings.MIGRATION_TIMEOUT, timeout);
  }

  /**
   * Sets how many connections are opened at most. Decisions and feedback have theirs, so that reads
   * never hold them up.
   *
   * @param forReads 2 to 100, for reads and all other writes; 4 unless told otherwise
   * @param forDecisions 1 to 100, for decisions and feedback; 2 unless told otherwise
   * @return a changed copy
   * @since 0.1
   */
  public Postgres connections(int forReads, int forDecisions) {
    return with(PgSettings.READ_CONNECTIONS, forReads)
        .with(PgSettings.WRITE_CONNECTIONS, forDecisions);
  }

  /**
   * Allows connections to a public host whose name is not verified by TLS. Without it a public host
   * needs {@code sslmode=verify-full}, which is then the default. Loopback and private addresses
   * never need it.
   *
   * @return a changed copy
   * @since 0.1
   */
  public Postgres allowPlaintext() {
    return with(PgSettings.ALLOW_PLAINTEXT, true);
  }

  Postgres read(Settings section) {
    return new Postgres(settings.read(section));
  }

  private <T> Postgres with(Option<T> option, T value) {
    return new Postgres(settings.with(option, value));
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public List<String> faults() {
    return settings.faults();
  }

  @Override
  public void open(Wiring wiring) {
    PostgresParts.open(settings, wiring);
  }

  @Override
  public String toString() {
    return "Postgres[" + settings.shown() + " " + settings.get(PgSettings.SCHEMA) + "]";
  }
}
