package dev.mlinfra.redis.internal;

import dev.mlinfra.secret.Secret;
import dev.mlinfra.spi.runtime.Daemons;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The driver with its threads and options. */
final class RedisDriver implements AutoCloseable {
  static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  private static final int THREADS = 2;
  private static final Duration KEEP_ALIVE_IDLE = Duration.ofSeconds(30);
  private static final Duration KEEP_ALIVE_INTERVAL = Duration.ofSeconds(5);
  private static final int KEEP_ALIVE_PROBES = 3;
  private static final long CLOSE_SECONDS = 2;

  private final RedisOptions options;
  private final ClientResources resources;
  private final RedisClient client;

  /** Opens nothing. */
  RedisDriver(RedisOptions options) {
    this.options = options;
    this.resources =
        ClientResources.builder()
            .ioThreadPoolSize(THREADS)
            .computationThreadPoolSize(THREADS)
            .threadFactoryProvider(pool -> Daemons.numbered("ml-infra-redis-" + pool))
            .build();
    this.client = RedisClient.create(resources);
    client.setOptions(clientOptions(options));
  }

  /** Begins a connection, which the server lists under the name. */
  CompletableFuture<StatefulRedisConnection<String, byte[]>> connect(String clientName) {
    return client.connectAsync(CODEC, uri(clientName)).toCompletableFuture();
  }

  private RedisURI uri(String clientName) {
    RedisAddress address = options.address();
    RedisURI.Builder uri =
        RedisURI.builder()
            .withHost(address.host())
            .withPort(address.port())
            .withDatabase(address.database())
            .withTimeout(options.loginTimeout())
            .withClientName(clientName)
            .withSsl(address.tls())
            .withVerifyPeer(SslVerifyMode.FULL);
    Secret password = options.password();
    if (password != null && options.user() != null) {
      uri.withAuthentication(options.user(), password.reveal().toCharArray());
    } else if (password != null) {
      uri.withPassword(password.reveal().toCharArray());
    }
    return uri.build();
  }

  private static ClientOptions clientOptions(RedisOptions options) {
    ClientOptions.Builder builder =
        ClientOptions.builder()
            .autoReconnect(false)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .maintNotificationsConfig(MaintNotificationsConfig.disabled())
            .requestQueueSize(options.get(RedisOptions.REQUEST_QUEUE_SIZE))
            .timeoutOptions(TimeoutOptions.enabled())
            .socketOptions(
                SocketOptions.builder()
                    .connectTimeout(options.get(RedisOptions.CONNECT_TIMEOUT))
                    .keepAlive(
                        KeepAliveOptions.builder()
                            .enable()
                            .idle(KEEP_ALIVE_IDLE)
                            .interval(KEEP_ALIVE_INTERVAL)
                            .count(KEEP_ALIVE_PROBES)
                            .build())
                    .build());
    int resp = options.get(RedisOptions.RESP);
    if (resp != RedisOptions.ANY_RESP) {
      builder.protocolVersion(resp == 2 ? ProtocolVersion.RESP2 : ProtocolVersion.RESP3);
    }
    if (options.trustedCertificates() != null) {
      builder.sslOptions(
          SslOptions.builder().trustManager(options.trustedCertificates().toFile()).build());
    }
    return builder.build();
  }

  @Override
  public void close() {
    client.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    resources
        .shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
