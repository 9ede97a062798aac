package dev.mlinfra.postgres;

import dev.mlinfra.postgres.internal.PgAddress;
import dev.mlinfra.postgres.internal.PgSettings;
import dev.mlinfra.postgres.internal.PostgresParts;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
  public static final String DEFAULT_SCHEMA = "ml_learning";

  /** The length of embeddings unless another is chosen: {@value}. */
  public static final int DEFAULT_EMBEDDING_DIMENSIONS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
  private static final int MAX_DIMENSIONS = 16_000;
  private static final int MAX_CONNECTIONS = 100;
  private static final Duration SHORTEST = Duration.ofMillis(250);
  private static final Set<String> FOREIGN_SCHEMAS = Set.of("public", "information_schema");

  private final String url;
  private @Nullable String user;
  private @Nullable Secret password;
  private String schema = DEFAULT_SCHEMA;
  private int embeddingDimensions = DEFAULT_EMBEDDING_DIMENSIONS;
  private Duration connectTimeout = Duration.ofSeconds(5);
  private Duration statementTimeout = Duration.ofSeconds(30);
  private Duration migrationTimeout = Duration.ofMinutes(1);
  private int readConnections = 4;
  private int writeConnections = 2;
  private boolean plaintextAllowed;

  private Postgres(String url) {
    this.url = url;
  }

  private Postgres(Postgres from) {
    this.url = from.url;
    this.user = from.user;
    this.password = from.password;
    this.schema = from.schema;
    this.embeddingDimensions = from.embeddingDimensions;
    this.connectTimeout = from.connectTimeout;
    this.statementTimeout = from.statementTimeout;
    this.migrationTimeout = from.migrationTimeout;
    this.readConnections = from.readConnections;
    this.writeConnections = from.writeConnections;
    this.plaintextAllowed = from.plaintextAllowed;
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
    return new Postgres(Objects.requireNonNull(url, "url"));
  }

  /**
   * Sets who connects.
   *
   * @param name the role; without it the one in the URL, or that of the operating system
   * @return a changed copy
   * @since 0.1
   */
  public Postgres user(String name) {
    Postgres copy = new Postgres(this);
    copy.user = Objects.requireNonNull(name, "name");
    return copy;
  }

  /**
   * Sets the password.
   *
   * @param secret never shown in any text
   * @return a changed copy
   * @since 0.1
   */
  public Postgres password(Secret secret) {
    Postgres copy = new Postgres(this);
    copy.password = Objects.requireNonNull(secret, "secret");
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.schema = Objects.requireNonNull(name, "name");
    return copy;
  }

  /**
   * Sets the length of the embeddings of patterns, which is fixed once the schema is made.
   *
   * @param dimensions 1 to 16,000; an index is used up to 2,000
   * @return a changed copy
   * @since 0.1
   */
  public Postgres embeddingDimensions(int dimensions) {
    Postgres copy = new Postgres(this);
    copy.embeddingDimensions = dimensions;
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.connectTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.statementTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.migrationTimeout = Objects.requireNonNull(timeout, "timeout");
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.readConnections = forReads;
    copy.writeConnections = forDecisions;
    return copy;
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
    Postgres copy = new Postgres(this);
    copy.plaintextAllowed = true;
    return copy;
  }

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public List<String> faults() {
    Faults faults = new Faults();
    PgAddress address = PgAddress.parse(url, faults);
    if (address != null && !address.privateHosts() && !address.verifiedTls() && !plaintextAllowed) {
      faults.add(
          "postgres.url sslmode",
          address.sslMode(),
          "must be verify-full for the public host " + address.shown(),
          "remove it, or call allowPlaintext()");
    }
    faults.name("postgres.schema", schema, NameRule.SCHEMA);
    if (FOREIGN_SCHEMAS.contains(schema) || schema.startsWith("pg_")) {
      faults.add("postgres.schema", schema, "must be one of our own", "use " + DEFAULT_SCHEMA);
    }
    faults
        .range("postgres.embeddingDimensions", embeddingDimensions, 1, MAX_DIMENSIONS)
        .range("postgres.connections forReads", readConnections, 2, MAX_CONNECTIONS)
        .range("postgres.connections forDecisions", writeConnections, 1, MAX_CONNECTIONS);
    longEnough(faults, "postgres.connectTimeout", connectTimeout);
    longEnough(faults, "postgres.statementTimeout", statementTimeout);
    longEnough(faults, "postgres.migrationTimeout", migrationTimeout);
    return faults.lines();
  }

  private static void longEnough(Faults faults, String subject, Duration actual) {
    if (actual.compareTo(SHORTEST) < 0 || actual.compareTo(Duration.ofDays(1)) > 0) {
      faults.add(subject, actual, "must be 250 ms to 1 day", "pass a value in that range");
    }
  }

  @Override
  public void open(Wiring wiring) {
    Faults faults = new Faults();
    PgAddress address = PgAddress.parse(url, faults);
    faults.throwIfAny();
    Objects.requireNonNull(address, "address");
    if (!address.verifiedTls()) {
      LOG.warn(
          "postgres {} is reached without verified TLS; set sslmode=verify-full outside of a private network",
          address.shown());
    }
    PostgresParts.open(settings(address, wiring.service()), wiring);
  }

  private PgSettings settings(PgAddress address, String service) {
    return new PgSettings(
        address,
        user,
        password,
        schema,
        embeddingDimensions,
        connectTimeout,
        statementTimeout,
        migrationTimeout,
        readConnections,
        writeConnections,
        "ml-infra/" + service);
  }

  @Override
  public String toString() {
    PgAddress address = PgAddress.parse(url, new Faults());
    return "Postgres[" + (address == null ? "invalid URL" : address.shown()) + " " + schema + "]";
  }
}
