package dev.mlinfra.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.MlInfraException;
import dev.mlinfra.error.UnavailableException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIT {
  @TempDir private Path directory;
  private RedisServer server;

  @BeforeEach
  void start() {
    server = RedisServer.running();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void encryptsToAServerWhoseAuthorityIsTrusted() throws IOException {
    try (TlsFront front = new TlsFront(directory, server, "ip:127.0.0.1");
        Parts parts = new Parts(Redis.at(front.url()).trustCertificates(front.certificate()))) {
      parts.streams().ensure();
    }
  }

  @Test
  void refusesACertificateOfAnUnknownAuthority() throws IOException {
    try (TlsFront front = new TlsFront(directory, server, "ip:127.0.0.1");
        Parts parts = new Parts(Redis.at(front.url()))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("certification path")
          .hasMessageNotContaining("\n");
    }
  }

  @Test
  void refusesACertificateForAnotherHost() throws IOException {
    try (TlsFront front = new TlsFront(directory, server, "dns:redis.example.com");
        Parts parts = new Parts(Redis.at(front.url()).trustCertificates(front.certificate()))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("127.0.0.1");
    }
  }

  @Test
  void refusesAServerWithoutTlsAndSendsItNoPassword() {
    String password = UUID.randomUUID().toString();
    String url = server.url().replace("redis://", "rediss://");
    try (Parts parts = new Parts(Redis.at(url).password(Secret.of(password)))) {
      assertThatThrownBy(() -> parts.streams().ensure())
          .isInstanceOf(MlInfraException.class)
          .satisfies(e -> assertThat(Texts.everything(e)).doesNotContain(password));
    }
  }
}
