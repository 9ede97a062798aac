package dev.mlinfra.redis;

import dev.mlinfra.redis.internal.RedisOptions;
import dev.mlinfra.redis.internal.RedisParts;
import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.Wiring;
import dev.mlinfra.spi.settings.Option;
import dev.mlinfra.spi.settings.Settings;
import io.lettuce.core.RedisClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Redis 6.2 or newer as online feature store, event stream and cache of recent decisions and model
 * aliases. Immutable and thread-safe; each method returns a changed copy. Nothing is connected
 * before first use, and what is lost is connected again after a back-off of 0.1 to 5 s.
 *
 * <p>Writes to the stream are at least once: after an unknown outcome the stream is looked through
 * before an event is added again.
 *
 * <pre>{@code
 * MlInfraConfig.forService("ranker").install(Redis.at("rediss://cache.example.com").password(secret));
 * }</pre>
 *
 * @since 0.1
 */
public final class Redis implements InfraModule {
  private final RedisOptions options;

  private Redis(RedisOptions options) {
    this.options = options;
  }

  /**
   * Names the server.
   *
   * @param url as {@code redis://host:6379}, {@code rediss://host:6379/1} with TLS; without user
   *     and password
   * @return the module with default options
   * @since 0.1
   */
  public static Redis at(String url) {
    return new Redis(RedisOptions.at(Objects.requireNonNull(url, "url")));
  }

  /**
   * Uses a client of the host's own, which was made with its address. Its threads, address, login
   * and TLS are the host's, and so is closing it, after its {@code MlInfra}; our connections on it
   * are closed by us. What belongs to connections, as {@link #user} or {@link #resp}, is refused.
   *
   * <p>A client that repeats commands by itself after it was cut off ({@code autoReconnect},
   * lettuce's default) may add an event twice.
   *
   * @param host made with a {@code RedisURI}
   * @return the module with default options
   * @since 0.1
   */
  public static Redis on(RedisClient host) {
    return new Redis(RedisOptions.on(Objects.requireNonNull(host, "host")));
  }

  /**
   * Logs in as a user of the server's access control list instead of the default user.
   *
   * @param name the user
   * @return a changed copy
   * @since 0.1
   */
  public Redis user(String name) {
    return with(RedisOptions.USER, name);
  }

  /**
   * Logs in with a password.
   *
   * @param secret the password
   * @return a changed copy
   * @since 0.1
   */
  public Redis password(Secret secret) {
    return with(RedisOptions.PASSWORD, secret);
  }

  /**
   * Allows {@code redis://} to a host that may be public. Everything, the password included, can
   * then be read on the way.
   *
   * @return a changed copy
   * @since 0.1
   */
  public Redis allowPlaintext() {
    return with(RedisOptions.ALLOW_PLAINTEXT, true);
  }

  /**
   * Trusts these authorities instead of the JVM's, for {@code rediss://}. The certificate's host
   * name is checked in any case.
   *
   * @param pem a file of certificates
   * @return a changed copy
   * @since 0.1
   */
  public Redis trustCertificates(Path pem) {
    return with(RedisOptions.TRUST_CERTIFICATES, pem);
  }

  /**
   * Fixes the protocol instead of asking the server.
   *
   * @param version 2 or 3
   * @return a changed copy
   * @since 0.1
   */
  public Redis resp(int version) {
    return with(RedisOptions.RESP, version);
  }

  /**
   * Changes how long a TCP connection may take; 2 s unless set.
   *
   * @param timeout longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public Redis connectTimeout(Duration timeout) {
    return with(RedisOptions.CONNECT_TIMEOUT, timeout);
  }

  /**
   * Changes how long a login or a command may take where the caller gives no budget of its own; 2 s
   * unless set.
   *
   * @param timeout longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public Redis commandTimeout(Duration timeout) {
    return with(RedisOptions.COMMAND_TIMEOUT, timeout);
  }

  /**
   * Changes how many commands may wait for their answers on one connection; 10,000 unless set. More
   * are refused at once.
   *
   * @param commands 1,000 to 1,000,000
   * @return a changed copy
   * @since 0.1
   */
  public Redis requestQueueSize(int commands) {
    return with(RedisOptions.REQUEST_QUEUE_SIZE, commands);
  }

  /**
   * Changes the key of the event stream; {@code ml-learning-events} unless set.
   *
   * @param name 1 to 127 letters, digits, {@code _ . : -}
   * @return a changed copy
   * @since 0.1
   */
  public Redis stream(String name) {
    return with(RedisOptions.STREAM, name);
  }

  /**
   * Changes how many of the newest events stay in the stream after all groups are done with them;
   * 1,000,000 unless set. What a group has not finished stays whatever their number.
   *
   * @param entries at least 1
   * @return a changed copy
   * @since 0.1
   */
  public Redis streamRetention(long entries) {
    return with(RedisOptions.STREAM_RETENTION, entries);
  }

  /**
   * Changes the memory that {@code ensureStreams()} wants the server to be bounded to, at least; 2
   * GB unless set. An unbounded server is reported as degraded, a smaller bound is refused.
   *
   * @param bytes 0 for any bound
   * @return a changed copy
   * @since 0.1
   */
  public Redis maxMemoryBytes(long bytes) {
    return with(RedisOptions.MAX_MEMORY_BYTES, bytes);
  }

  /**
   * Changes how long a recent decision is remembered; 15 min unless set.
   *
   * @param ttl longer than zero
   * @return a changed copy
   * @since 0.1
   */
  public Redis decisionTtl(Duration ttl) {
    return with(RedisOptions.DECISION_TTL, ttl);
  }

  Redis read(Settings settings) {
    return new Redis(options.read(settings));
  }

  private <T> Redis with(Option<T> option, T value) {
    return new Redis(options.with(option, value));
  }

  @Override
  public String name() {
    return RedisParts.NAME;
  }

  @Override
  public List<String> faults() {
    return options.faults();
  }

  @Override
  public void open(Wiring wiring) {
    RedisParts.open(options, wiring);
  }

  @Override
  public String toString() {
    return "Redis[" + (options.faults().isEmpty() ? options.url() : "misconfigured") + "]";
  }
}
