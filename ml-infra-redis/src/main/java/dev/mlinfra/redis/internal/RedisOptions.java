package dev.mlinfra.redis.internal;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Options;
import dev.mlinfra.spi.settings.Settings;
import io.lettuce.core.RedisClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything the host may choose. Immutable. Public to cross to the front class only; its meaning
 * and limits are described there.
 */
public final class RedisOptions {
  static final int ANY_RESP = 0;

  public static final Option<String> USER = Option.text("user");
  public static final Option<Secret> PASSWORD = Option.secret("password");
  public static final Option<Boolean> ALLOW_PLAINTEXT = Option.flag("allow_plaintext");
  public static final Option<Path> TRUST_CERTIFICATES =
      Option.path("trust_certificates")
          .where(
              (faults, subject, pem) -> {
                if (!Files.isReadable(pem)) {
                  faults.add(
                      subject,
                      pem.toString(),
                      "must be a readable PEM file",
                      "check its path and mode");
                }
              });
  public static final Option<Integer> RESP = Option.count("resp", ANY_RESP, 2, 3);
  public static final Option<Duration> CONNECT_TIMEOUT =
      Option.duration("connect_timeout", Duration.ofSeconds(2));
  public static final Option<Duration> COMMAND_TIMEOUT =
      Option.duration("command_timeout", Duration.ofSeconds(2));
  public static final Option<Integer> REQUEST_QUEUE_SIZE =
      Option.count("request_queue_size", 10_000, 1_000, 1_000_000);
  public static final Option<String> STREAM =
      Option.text("stream", "ml-learning-events")
          .where((faults, subject, name) -> faults.name(subject, name, NameRule.LABEL));
  public static final Option<Long> STREAM_RETENTION =
      Option.number("stream_retention", 1_000_000, 1, Long.MAX_VALUE);
  public static final Option<Long> MAX_MEMORY_BYTES =
      Option.number("max_memory_bytes", 2L << 30, 0, Long.MAX_VALUE);
  public static final Option<Duration> DECISION_TTL =
      Option.duration("decision_ttl", Duration.ofMinutes(15));

  private static final Option<String> URL = Option.text("url");
  private static final List<Option<?>> ALL =
      List.of(
          URL,
          USER,
          PASSWORD,
          ALLOW_PLAINTEXT,
          TRUST_CERTIFICATES,
          RESP,
          CONNECT_TIMEOUT,
          COMMAND_TIMEOUT,
          REQUEST_QUEUE_SIZE,
          STREAM,
          STREAM_RETENTION,
          MAX_MEMORY_BYTES,
          DECISION_TTL);

  private static final List<Option<?>> OF_CONNECTIONS =
      List.of(USER, PASSWORD, ALLOW_PLAINTEXT, TRUST_CERTIFICATES, RESP, CONNECT_TIMEOUT);
  private static final String HOSTS_CLIENT = "the host's RedisClient";

  private final Options chosen;
  private final @Nullable RedisClient host;

  private RedisOptions(Options chosen, @Nullable RedisClient host) {
    this.chosen = chosen;
    this.host = host;
  }

  /** Starts from the defaults. */
  public static RedisOptions at(String url) {
    return new RedisOptions(Options.none().with(URL, url), null);
  }

  /** Starts from the defaults, with a client of the host's own. */
  public static RedisOptions on(RedisClient host) {
    return new RedisOptions(Options.none(), host);
  }

  /** Changes one. */
  public <T> RedisOptions with(Option<T> option, T value) {
    return new RedisOptions(chosen.with(option, value), host);
  }

  /** Changes what a section says. */
  public RedisOptions read(Settings settings) {
    return new RedisOptions(chosen.read(settings, ALL), host);
  }

  /** Lists the broken rules, one line each, without secrets. */
  public List<String> faults() {
    Faults faults = chosen.faults("redis", ALL);
    if (host != null) {
      chosen.refuse(faults, "redis", OF_CONNECTIONS, HOSTS_CLIENT);
      return faults.lines();
    }
    RedisAddress address = RedisAddress.parse(url(), faults);
    if (address != null && address.exposed() && !chosen.get(ALLOW_PLAINTEXT)) {
      faults.add(
          "redis.url",
          url(),
          "must use TLS for a host that may be public",
          "write rediss:// or call allowPlaintext()");
    }
    if (user() != null && password() == null) {
      faults.add("redis.user", user(), "must come with a password", "call password(secret)");
    }
    return faults.lines();
  }

  /** As the host wrote it. */
  public String url() {
    return host == null ? chosen.get(URL) : HOSTS_CLIENT;
  }

  /** How messages call the server. */
  String shown() {
    return host == null ? address().shown() : HOSTS_CLIENT;
  }

  /** The client of the host's own, if there is to be no other. */
  Optional<RedisClient> host() {
    return Optional.ofNullable(host);
  }

  /** The address of options without faults. */
  RedisAddress address() {
    Faults faults = new Faults();
    RedisAddress address = RedisAddress.parse(url(), faults);
    faults.throwIfAny();
    return Objects.requireNonNull(address);
  }

  <T> T get(Option<T> option) {
    return chosen.get(option);
  }

  @Nullable String user() {
    return chosen.find(USER).orElse(null);
  }

  @Nullable Secret password() {
    return chosen.find(PASSWORD).orElse(null);
  }

  @Nullable Path trustedCertificates() {
    return chosen.find(TRUST_CERTIFICATES).orElse(null);
  }

  Duration commandTimeout() {
    return chosen.get(COMMAND_TIMEOUT);
  }

  String stream() {
    return chosen.get(STREAM);
  }

  long maxMemoryBytes() {
    return chosen.get(MAX_MEMORY_BYTES);
  }

  /** Longest time from the first packet to a connection that is logged in. */
  Duration loginTimeout() {
    return chosen.get(CONNECT_TIMEOUT).plus(commandTimeout());
  }
}
