package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PlatformTest {
  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, LINUX_X86_64",
    "Linux, aarch64, LINUX_ARM64",
    "Mac OS X, x86_64, MACOS_X86_64",
    "Mac OS X, aarch64, MACOS_ARM64"
  })
  void picksTheBinariesOfEachPlatform(String os, String arch, Platform expected) {
    assertThat(Platform.of(os, arch)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"Windows 11, amd64", "Linux, riscv64", "SunOS, sparcv9"})
  void saysInOneLineWhatToDoElsewhere(String os, String arch) {
    assertThatThrownBy(() -> Platform.of(os, arch))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(os + " " + arch)
        .hasMessageContaining("Postgres.at(url)")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @EnumSource
  void hasAllItsBinariesOnTheClassPath(Platform platform) {
    assertThat(getClass().getResource("/" + platform.postgresArchive())).isNotNull();
    assertThat(platform.redisBinaries())
        .isNotEmpty()
        .allSatisfy(name -> assertThat(getClass().getResource("/" + name)).isNotNull());
  }

  @Test
  void saysInOneLineThatGlibcIsMissing() {
    assertThatThrownBy(() -> Platform.LINUX_X86_64.requireLoader(Path.of("/no/ld.so")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("/no/ld.so")
        .hasMessageContaining("glibc")
        .hasMessageNotContaining("\n");
  }

  @Test
  void knowsThisMachine() {
    assertThat(Platform.current().redisBinaries()).isNotEmpty();
  }
}
