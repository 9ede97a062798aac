package dev.mlinfra.containers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("containers")
class EngineIT {
  private final Shell shell = Shell.inProject();

  @Test
  void engineAnswers() {
    assertThat(shell.run("docker version --format '{{.Server.Version}}'")).matches("\\d+\\..*");
  }
}
