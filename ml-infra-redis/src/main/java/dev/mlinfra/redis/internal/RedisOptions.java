package dev.mlinfra.redis.internal;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.check.Faults;
import dev.mlinfra.spi.check.NameRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything the host may choose. Public to cross to the front class only; its meaning and limits
 * are described there.
 */
public record RedisOptions(
    String url,
    @Nullable String user,
    @Nullable Secret password,
    boolean plaintextAllowed,
    @Nullable Path trustedCertificates,
    int resp,
    Duration connectTimeout,
    Duration commandTimeout,
    int requestQueueSize,
    String stream,
    long streamRetention,
    long maxMemoryBytes,
    Duration decisionTtl) {
  static final int ANY_RESP = 0;

  /** Starts from the defaults. */
  public static Builder at(String url) {
    return new Builder(Objects.requireNonNull(url, "url"));
  }

  /** Starts from these options. */
  public Builder change() {
    return new Builder(this);
  }

  /** Lists the broken rules, one line each, without secrets. */
  public List<String> faults() {
    Faults faults = new Faults();
    RedisAddress address = RedisAddress.parse(url, faults);
    if (address != null && address.exposed() && !plaintextAllowed) {
      faults.add(
          "redis.url",
          url,
          "must use TLS for a host that may be public",
          "write rediss:// or call allowPlaintext()");
    }
    if (user != null && password == null) {
      faults.add("redis.user", user, "must come with a password", "call password(secret)");
    }
    if (trustedCertificates != null && !Files.isReadable(trustedCertificates)) {
      faults.add(
          "redis.trustCertificates",
          trustedCertificates.toString(),
          "must be a readable PEM file",
          "check its path and mode");
    }
    if (resp != ANY_RESP) {
      faults.range("redis.resp", resp, 2, 3);
    }
    return faults
        .duration("redis.connectTimeout", connectTimeout)
        .duration("redis.commandTimeout", commandTimeout)
        .range("redis.requestQueueSize", requestQueueSize, 1_000, 1_000_000)
        .name("redis.stream", stream, NameRule.LABEL)
        .range("redis.streamRetention", streamRetention, 1, Long.MAX_VALUE)
        .range("redis.maxMemoryBytes", maxMemoryBytes, 0, Long.MAX_VALUE)
        .duration("redis.decisionTtl", decisionTtl)
        .lines();
  }

  /** The address of options without faults. */
  RedisAddress address() {
    Faults faults = new Faults();
    RedisAddress address = RedisAddress.parse(url, faults);
    faults.throwIfAny();
    return Objects.requireNonNull(address);
  }

  /** Longest time from the first packet to a connection that is logged in. */
  Duration loginTimeout() {
    return connectTimeout.plus(commandTimeout);
  }

  /** Collects changes. Not thread-safe. */
  public static final class Builder {
    private final String url;
    private @Nullable String user;
    private @Nullable Secret password;
    private boolean plaintextAllowed;
    private @Nullable Path trustedCertificates;
    private int resp = ANY_RESP;
    private Duration connectTimeout = Duration.ofSeconds(2);
    private Duration commandTimeout = Duration.ofSeconds(2);
    private int requestQueueSize = 10_000;
    private String stream = "ml-learning-events";
    private long streamRetention = 1_000_000;
    private long maxMemoryBytes = 2L << 30;
    private Duration decisionTtl = Duration.ofMinutes(15);

    private Builder(String url) {
      this.url = url;
    }

    private Builder(RedisOptions from) {
      this.url = from.url;
      this.user = from.user;
      this.password = from.password;
      this.plaintextAllowed = from.plaintextAllowed;
      this.trustedCertificates = from.trustedCertificates;
      this.resp = from.resp;
      this.connectTimeout = from.connectTimeout;
      this.commandTimeout = from.commandTimeout;
      this.requestQueueSize = from.requestQueueSize;
      this.stream = from.stream;
      this.streamRetention = from.streamRetention;
      this.maxMemoryBytes = from.maxMemoryBytes;
      this.decisionTtl = from.decisionTtl;
    }

    public Builder user(String name) {
      this.user = Objects.requireNonNull(name, "name");
      return this;
    }

    public Builder password(Secret secret) {
      this.password = Objects.requireNonNull(secret, "secret");
      return this;
    }

    public Builder allowPlaintext() {
      this.plaintextAllowed = true;
      return this;
    }

    public Builder trustedCertificates(Path pem) {
      this.trustedCertificates = Objects.requireNonNull(pem, "pem");
      return this;
    }

    public Builder resp(int version) {
      this.resp = version;
      return this;
    }

    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    public Builder commandTimeout(Duration timeout) {
      this.commandTimeout = Objects.requireNonNull(timeout, "timeout");
      return this;
    }

    public Builder requestQueueSize(int commands) {
      this.requestQueueSize = commands;
      return this;
    }

    public Builder stream(String name) {
      this.stream = Objects.requireNonNull(name, "name");
      return this;
    }

    public Builder streamRetention(long entries) {
      this.streamRetention = entries;
      return this;
    }

    public Builder maxMemoryBytes(long bytes) {
      this.maxMemoryBytes = bytes;
      return this;
    }

    public Builder decisionTtl(Duration ttl) {
      this.decisionTtl = Objects.requireNonNull(ttl, "ttl");
      return this;
    }

    public RedisOptions build() {
      return new RedisOptions(
          url,
          user,
          password,
          plaintextAllowed,
          trustedCertificates,
          resp,
          connectTimeout,
          commandTimeout,
          requestQueueSize,
          stream,
          streamRetention,
          maxMemoryBytes,
          decisionTtl);
    }
  }
}
