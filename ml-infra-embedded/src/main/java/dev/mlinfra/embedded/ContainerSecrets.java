package dev.mlinfra.embedded;

import dev.mlinfra.error.ConfigException;
import dev.mlinfra.secret.Secret;
import java.io.IOException;
import java.nio.file.Path;

/** The generated passwords of one stack, each in a file of its own outside of the containers. */
final class ContainerSecrets {
  private final Path directory;

  ContainerSecrets(Path directory) {
    this.directory = directory;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  Secret get(String name) {
    try {
      return Passwords.in(file(name));
    } catch (IOException e) {
      throw new ConfigException(
          "password file %s was not writable (%s); set -Djava.io.tmpdir".formatted(file(name), e),
          e);
    }
  }
}
