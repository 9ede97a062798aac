package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.spi.InfraModule;
import dev.mlinfra.spi.ModuleFactory;
import dev.mlinfra.spi.settings.Settings;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class RedisFactoryTest {
  @Test
  void isFoundByItsSection() {
    assertThat(ServiceLoader.load(ModuleFactory.class))
        .anyMatch(factory -> factory.section().equals("redis"));
  }

  @Test
  void readsEverySetting() {
    Settings settings =
        new Settings(
            "redis",
            Map.ofEntries(
                Map.entry("url", "redis://cache.example.com:6380/2"),
                Map.entry("user", "app"),
                Map.entry("password", "generated"),
                Map.entry("allow_plaintext", "true"),
                Map.entry("trust_certificates", "missing.pem"),
                Map.entry("resp", "7"),
                Map.entry("connect_timeout", "PT0S"),
                Map.entry("command_timeout", "PT0S"),
                Map.entry("request_queue_size", "99999999999"),
                Map.entry("stream", "a b"),
                Map.entry("stream_retention", "0"),
                Map.entry("max_memory_bytes", "-1"),
                Map.entry("decision_ttl", "PT0S")));

    InfraModule module = new RedisFactory().create(settings);

    assertThat(settings.unread()).isEmpty();
    assertThat(module.faults().stream().map(line -> line.split(" ", 2)[0]))
        .containsExactly(
            "redis.trustCertificates",
            "redis.resp",
            "redis.connectTimeout",
            "redis.commandTimeout",
            "redis.requestQueueSize",
            "redis.stream",
            "redis.streamRetention",
            "redis.maxMemoryBytes",
            "redis.decisionTtl");
  }

  @Test
  void needsNothingButTheUrl() {
    Settings settings = new Settings("redis", Map.of("url", "redis://localhost"));
    assertThat(new RedisFactory().create(settings).faults()).isEmpty();
    assertThatThrownBy(() -> new RedisFactory().create(new Settings("redis", Map.of())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("ML_INFRA_REDIS_URL");
  }
}
