package dev.mlinfra.postgres.internal.server;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

/**
 * Everything that the host may choose; its meaning and limits are described at the front class.
 * Immutable. Public to cross to the front class only.
 */
public final class PgSettings {
  public static final String DEFAULT_SCHEMA = "ml_learning";
  public static final int DEFAULT_EMBEDDING_DIMENSIONS = 64;
  public static final Option<String> USER = Option.text("user");
  public static final Option<Secret> PASSWORD = Option.secret("password");
  public static final Option<String> SCHEMA =
      Option.text("schema", DEFAULT_SCHEMA).where(PgSettings::ownSchema);
  public static final Option<Integer> EMBEDDING_DIMENSIONS =
      Option.count("embedding_dimensions", DEFAULT_EMBEDDING_DIMENSIONS, 1, 16_000);
  public static final Option<Duration> CONNECT_TIMEOUT =
      timeout("connect_timeout", Duration.ofSeconds(5));
  public static final Option<Duration> STATEMENT_TIMEOUT =
      timeout("statement_timeout", Duration.ofSeconds(30));
  public static final Option<Duration> MIGRATION_TIMEOUT =
      timeout("migration_timeout", Duration.ofMinutes(1));
  public static final Option<Integer> READ_CONNECTIONS =
      connections("read_connections", 4, "postgres.connections forReads", 2);
  public static final Option<Integer> WRITE_CONNECTIONS =
      connections("write_connections", 2, "postgres.connections forDecisions", 1);
  public static final Option<Boolean> ALLOW_PLAINTEXT = Option.flag("allow_plaintext");

  private static final Option<String> URL = Option.text("url");
  private static final List<Option<?>> ALL =
      List.of(
          URL,
          USER,
          PASSWORD,
          SCHEMA,
          EMBEDDING_DIMENSIONS,
          CONNECT_TIMEOUT,
          STATEMENT_TIMEOUT,
          MIGRATION_TIMEOUT,
          READ_CONNECTIONS,
          WRITE_CONNECTIONS,
          ALLOW_PLAINTEXT);
  private static final List<Option<?>> OF_CONNECTIONS =
      List.of(
          USER, PASSWORD, CONNECT_TIMEOUT, READ_CONNECTIONS, WRITE_CONNECTIONS, ALLOW_PLAINTEXT);
  private static final Set<String> FOREIGN_SCHEMAS = Set.of("public", "information_schema");
  private static final Duration SHORTEST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final int MAX_CONNECTIONS = 100;
  static final Duration LOCK_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration SOCKET_SLACK = Duration.ofSeconds(5);

  private final Options chosen;
  private final @Nullable DataSource host;

  private PgSettings(Options chosen, @Nullable DataSource host) {
    this.chosen = chosen;
    this.host = host;
  }

  /** Starts from the defaults. */
  public static PgSettings at(String url) {
    return new PgSettings(Options.none().with(URL, url), null);
  }

  /** Starts from the defaults, with connections of the host's own. */
  public static PgSettings on(DataSource host) {
    return new PgSettings(Options.none(), host);
  }

  /** Changes one. */
  public <T> PgSettings with(Option<T> option, T value) {
    return new PgSettings(chosen.with(option, value), host);
  }

  /** Changes what a section says. */
  public PgSettings read(Settings settings) {
    return new PgSettings(chosen.read(settings, ALL), host);
  }

  /** Lists the broken rules, one line each, without secrets. */
  public List<String> faults() {
    Faults faults = chosen.faults("postgres", ALL);
    if (host != null) {
      chosen.refuse(faults, "postgres", OF_CONNECTIONS, "the host's DataSource");
      return faults.lines();
    }
    PgAddress address = PgAddress.parse(chosen.get(URL), faults);
    if (address != null
        && !address.privateHosts()
        && !address.verifiedTls()
        && !chosen.get(ALLOW_PLAINTEXT)) {
      faults.add(
          "postgres.url sslmode",
          address.sslMode(),
          "must be verify-full for the public host " + address.shown(),
          "remove it, or call allowPlaintext()");
    }
    return faults.lines();
  }

  /** What was chosen, or the default. */
  public <T> T get(Option<T> option) {
    return chosen.get(option);
  }

  /** The address of settings without faults. */
  public PgAddress address() {
    Faults faults = new Faults();
    PgAddress address = PgAddress.parse(chosen.get(URL), faults);
    faults.throwIfAny();
    return Objects.requireNonNull(address);
  }

  /** Connections of the host's own, if there are to be no others. */
  public Optional<DataSource> host() {
    return Optional.ofNullable(host);
  }

  /** How messages call the server. */
  public String shown() {
    if (host != null) {
      return "the host's DataSource";
    }
    PgAddress address = PgAddress.parse(chosen.get(URL), new Faults());
    return address == null ? "invalid URL" : address.shown();
  }

  private static Option<Duration> timeout(String key, Duration fallback) {
    return Option.of(key, fallback, Settings::duration)
        .where(
            (faults, subject, actual) -> {
              if (actual.compareTo(SHORTEST) < 0 || actual.compareTo(LONGEST) > 0) {
                faults.add(
                    subject, actual, "must be 250 ms to 1 day", "pass a value in that range");
              }
            });
  }

  private static Option<Integer> connections(String key, int fallback, String subject, int min) {
    return Option.count(key, fallback, Integer.MIN_VALUE, Integer.MAX_VALUE)
        .where((faults, ignored, actual) -> faults.range(subject, actual, min, MAX_CONNECTIONS));
  }

  private static void ownSchema(Faults faults, String subject, String schema) {
    faults.name(subject, schema, NameRule.SCHEMA);
    if (FOREIGN_SCHEMAS.contains(schema) || schema.startsWith("pg_")) {
      faults.add(subject, schema, "must be one of our own", "use " + DEFAULT_SCHEMA);
    }
  }

  /** Properties of a connection whose statements may take as long as given. */
  Properties properties(Duration longestStatement, String applicationName) {
    Properties properties = new Properties();
    PgAddress address = address();
    chosen
        .find(USER)
        .or(() -> Optional.ofNullable(address.user()))
        .ifPresent(owner -> PGProperty.USER.set(properties, owner));
    chosen
        .find(PASSWORD)
        .ifPresent(password -> PGProperty.PASSWORD.set(properties, password.reveal()));
    Duration connectTimeout = chosen.get(CONNECT_TIMEOUT);
    PGProperty.APPLICATION_NAME.set(properties, applicationName);
    PGProperty.CONNECT_TIMEOUT.set(properties, seconds(connectTimeout));
    PGProperty.LOGIN_TIMEOUT.set(properties, seconds(connectTimeout));
    PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, seconds(connectTimeout));
    // The server gives up first, so that a socket time-out means that it no longer answers.
    PGProperty.SOCKET_TIMEOUT.set(properties, seconds(longestStatement.plus(SOCKET_SLACK)));
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    // The detail of an error quotes the failing row, which does not belong into logs.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    PGProperty.REWRITE_BATCHED_INSERTS.set(properties, false);
    PGProperty.OPTIONS.set(
        properties,
        "-c statement_timeout=%d -c lock_timeout=%d -c default_transaction_isolation=read\\ committed"
            .formatted(longestStatement.toMillis(), LOCK_TIMEOUT.toMillis()));
    PGProperty.SSL_MODE.set(properties, address.sslMode());
    return properties;
  }

  private static int seconds(Duration duration) {
    return (int)
        Math.max(1, Math.min(duration.plusMillis(999).toSeconds(), Integer.MAX_VALUE / 1000));
  }
}
