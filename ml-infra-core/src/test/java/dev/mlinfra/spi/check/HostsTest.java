package dev.mlinfra.spi.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost", "redis", "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.1",
        "169.254.1.1", "100.64.0.1", "100.127.0.1", "::1", "[::1]", "fd00::1", "fe80::1",
        "cache.ml.svc", "db.INTERNAL", "nas.home.arpa"
      })
  void countsLoopbackPrivateAddressesAndLocalNamesAsPrivate(String host) {
    assertThat(Hosts.isPrivate(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis.example.com",
        "8.8.8.8",
        "172.32.0.1",
        "172.15.0.1",
        "100.63.0.1",
        "100.128.0.1",
        "2001:db8::1",
        "localhost.example.com",
        "11.0.0.1"
      })
  void countsEverythingElseAsPublic(String host) {
    assertThat(Hosts.isPrivate(host)).isFalse();
  }
}
