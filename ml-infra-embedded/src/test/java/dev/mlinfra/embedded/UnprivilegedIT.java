package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlinfra.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnprivilegedIT {
  private static final int NOBODY = 65534;

  @ParameterizedTest
  @ValueSource(strings = {"unshare", "setpriv", "su"})
  void runsPostgresWithoutRootsRightsInEveryWay(String name) throws IOException {
    Path home = Files.createTempDirectory("ml-infra-way-");
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().runAs(way(name)).directory(home).start()) {
      // PostgreSQL itself refuses to run as root.
      assertThat(ProcessHandle.of(postgres.pid())).isPresent();
      postgres.stop();
      postgres.kill();
      postgres.restart();
    } finally {
      Directories.delete(home);
    }
  }

  @Test
  void goesBackToTheFirstWayWithADirectoryThatBelongsToNobody() throws IOException {
    Path home = Files.createTempDirectory("ml-infra-way-");
    try {
      EmbeddedPostgres.builder().runAs(way("setpriv")).directory(home).start().close();
      EmbeddedPostgres.start(home).close();
      EmbeddedPostgres.builder().runAs(way("unshare")).directory(home).start().close();
    } finally {
      Directories.delete(home);
    }
  }

  @Test
  void saysInOneLineThatNoWayWorks() throws IOException {
    Path home = Files.createTempDirectory("ml-infra-way-");
    try {
      assertThatThrownBy(() -> Unprivileged.firstThatWorks(home, List.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("user was root")
          .hasMessageContaining(home.toString())
          .hasMessageNotContaining("\n");
    } finally {
      Directories.delete(home);
    }
  }

  private static Unprivileged way(String name) {
    if (Processes.userId() != 0) {
      return Unprivileged.asIs();
    }
    return switch (name) {
      case "unshare" -> Unprivileged.byNamespace();
      case "setpriv" -> Unprivileged.bySetpriv(NOBODY);
      default -> Unprivileged.bySu();
    };
  }
}
