package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.error.ConflictException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisIT {
  @TempDir Path folder;

  @Test
  void answersOnLoopbackAndDeletesItsDirectoryOnClose() throws IOException {
    EmbeddedRedis redis = EmbeddedRedis.start();
    try (redis) {
      assertThat(ask(redis, "INFO server")).contains("redis_version:6.2.");
      assertThat(ask(redis, "CONFIG GET bind")).contains("127.0.0.1");
    }
    assertThat(redis.directory()).doesNotExist();
    redis.close();
  }

  @Test
  void hasTheMemorySettingsThatStreamsNeed() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      assertThat(ask(redis, "CONFIG GET maxmemory")).contains("2147483648");
      assertThat(ask(redis, "CONFIG GET maxmemory-policy")).contains("volatile-lru");
    }
  }

  @Test
  void wantsItsPasswordAndShowsItNowhere() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      assertThat(new RedisTalk(redis.port(), Secret.of("wrong")).answers()).isFalse();
      for (Path file : List.of(redis.passwordFile(), redis.directory().resolve("redis.conf"))) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
      }
      assertThat(redis.toString()).doesNotContain(redis.password().reveal());
      assertThat(ProcessHandle.of(redis.pid()).orElseThrow().info().commandLine().orElse(""))
          .doesNotContain(redis.password().reveal());
    }
  }

  @Test
  void findsItsDataInAKeptDirectoryAlsoAfterAKill() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      ask(redis, "SET answer 42");
    }
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder)) {
      assertThat(ask(redis, "GET answer")).contains("42");
      ask(redis, "SET answer 43");
      redis.kill();
      redis.restart();
      assertThat(ask(redis, "GET answer")).contains("43");
    }
  }

  @Test
  void forgetsWithoutADirectory() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      ask(redis, "SET answer 42");
      redis.restart();
      assertThat(ask(redis, "GET answer")).contains("$-1");
    }
  }

  @Test
  void isSilentWhileStopped() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      redis.stop();
      assertThat(new RedisTalk(redis.port(), redis.password()).answers()).isFalse();
      redis.cont();
      assertThat(new RedisTalk(redis.port(), redis.password()).answers()).isTrue();
      redis.stop();
    }
  }

  @Test
  void refusesADirectoryThatIsInUse() {
    try (EmbeddedRedis first = EmbeddedRedis.start(folder)) {
      assertThatThrownBy(() -> EmbeddedRedis.start(folder))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("in use by process");
      assertThat(ProcessHandle.of(first.pid())).isPresent();
    }
  }

  @Test
  void usesTheNextBinaryWhenOneDoesNotRun() {
    List<String> real = Platform.current().redisBinaries();
    List<String> withBroken = new ArrayList<>(real);
    withBroken.add(0, "not-a-server");
    assertThat(RedisBinary.firstThatRuns(withBroken)).isEqualTo(RedisBinary.firstThatRuns(real));
    assertThatThrownBy(() -> RedisBinary.firstThatRuns(List.of("not-a-server")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not-a-server")
        .hasMessageContaining("libssl3")
        .hasMessageNotContaining("\n");
  }

  @Test
  void saysInOneLineWhyItDoesNotStart() {
    assertThatThrownBy(
            () -> EmbeddedRedis.builder().setting("maxmemory-policy", "everything").start())
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("redis.log")
        .hasMessageNotContaining("\n");
  }

  private static String ask(EmbeddedRedis redis, String command) throws IOException {
    return RedisWire.ask(redis, command);
  }
}
