package dev.mlinfra.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswordsTest {
  @Test
  void makesOneThatNoCommandTakesForAnOptionAndKeepsIt(@TempDir Path directory) throws IOException {
    Secret made = Passwords.in(directory.resolve("password"));
    assertThat(made.reveal()).matches("[0-9a-f]{40}");
    assertThat(Passwords.in(directory.resolve("password")).reveal()).isEqualTo(made.reveal());
  }
}
