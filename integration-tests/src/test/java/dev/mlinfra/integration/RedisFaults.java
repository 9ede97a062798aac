package dev.mlinfra.integration;

import dev.mlinfra.MlInfra;
import dev.mlinfra.MlInfraConfig;
import dev.mlinfra.buffer.BufferOptions;
import dev.mlinfra.embedded.EmbeddedStack;
import dev.mlinfra.embedded.PostgresServer;
import dev.mlinfra.embedded.RedisServer;
import dev.mlinfra.embedded.Servers;
import dev.mlinfra.embedded.Stack;
import dev.mlinfra.postgres.Postgres;
import dev.mlinfra.redis.Redis;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers of a test class's own, whose Redis may fail, finds its data again after a kill, and is
 * emptied before each test.
 */
abstract class RedisFaults {
  static final String STREAM = "ml-learning-events";

  private static final BufferOptions QUICK =
      BufferOptions.builder()
          .linger(Duration.ofMillis(5))
          .maxBatchRows(200)
          .backoff(Duration.ofMillis(20), Duration.ofMillis(200))
          .closeTimeout(Duration.ofSeconds(2))
          .build();

  @TempDir private static Path directory;
  private static Stack stack;
  static PostgresServer postgres;
  static RedisServer redis;

  MlInfra ml;

  @BeforeAll
  static void start() {
    stack =
        Servers.CHOSEN.resolve() == Servers.CONTAINERS
            ? Servers.CONTAINERS.start() // its Redis always appends to a file
            : EmbeddedStack.builder().directory(directory.resolve("servers")).start();
    postgres = stack.postgres();
    redis = stack.redis();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void connect() {
    ml = MlInfra.connect(config().build()).ensureSchema();
    redis("FLUSHALL");
    ml.ensureStreams();
  }

  @AfterEach
  void close() {
    if (ml != null) {
      ml.close();
    }
  }

  MlInfraConfig.Builder config() {
    return MlInfraConfig.forService("faults")
        .events(QUICK)
        .install(
            Postgres.at(postgres.jdbcUrl()).user(postgres.user()).password(postgres.password()))
        .install(
            Redis.at(redis.url()).password(redis.password()).commandTimeout(Duration.ofSeconds(2)));
  }

  static void redis(Object... words) {
    try (RespClient client = new RespClient(redis)) {
      client.call(words);
    }
  }
}
